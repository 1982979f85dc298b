WITH last AS (SELECT subject_id, MAX(log_index) AS log_index FROM decision WHERE mode = 'live' GROUP BY subject_id)
SELECT d.log_index, CASE WHEN s.at IS NOT NULL THEN 'kept'
       WHEN :end - (unixepoch(d.at) * 1000 + CAST(substr(d.at, 21, 3) AS INTEGER)) <= :within THEN 'open' ELSE 'deviates' END
FROM last l JOIN decision_made d ON d.log_index = l.log_index LEFT JOIN shown s ON s.subject = d.subject_id
WHERE d.subject_type = 'item' AND d.synthetic = 'yes'
  AND (d.outcome <> 'restrict' OR d.restrictions IN ('[]', '["DECISION_VISIBILITY_CONTENT_LABELLED"]'))
