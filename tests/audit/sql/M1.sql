SELECT d.log_index,
       iif(EXISTS (SELECT 1 FROM message_sent m WHERE m.what = 'warning' AND m."to" = d.subject_id AND m.at < d.at),
           'kept', 'deviates')
FROM decision_made d WHERE d.misuse_type IS NOT NULL AND d.outcome = 'restrict' AND d.mode = 'live'
