SELECT log_index,
       iif(misuse_absolute IS NULL OR misuse_share IS NULL OR misuse_gravity IS NULL OR misuse_intent IS NULL,
           'deviates', 'kept')
FROM decision_made WHERE misuse_type IS NOT NULL AND outcome = 'restrict' AND mode = 'live'
