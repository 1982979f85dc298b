SELECT d.log_index, iif(d.satire_weighed IS 1, 'kept', 'deviates') FROM decision_made d
WHERE d.outcome = 'restrict' AND d.mode = 'live' AND d.because_type <> 'order'
  AND d.restrictions NOT IN ('[]', '["DECISION_VISIBILITY_CONTENT_LABELLED"]')
  AND EXISTS (SELECT 1 FROM item_examined i WHERE i.item = d.subject_id AND i.declared LIKE '%satire%' AND i.at <= d.at)
