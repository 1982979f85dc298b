SELECT log_index,
       iif(json_extract(body, '$.decision_facts') GLOB '*[a-z]@[a-z]*.[a-z]*'
           AND json_extract(body, '$.decision_facts') NOT LIKE '%support@%', 'deviates', 'kept')
FROM statement WHERE result = 'created'
