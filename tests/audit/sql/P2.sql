SELECT log_index, iif(basis = '["ratio"]', 'deviates', 'kept') FROM decision_made
WHERE outcome = 'restrict' AND mode = 'live' AND (restrictions LIKE '%CONTENT_REMOVED%' OR restrictions LIKE '%CONTENT_DISABLED%')
