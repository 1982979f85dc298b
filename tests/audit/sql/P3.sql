SELECT log_index,
       CASE WHEN ground IS NOT NULL AND trim(ifnull(ground_ref, '')) <> '' THEN 'kept'
            WHEN src = 'native' THEN 'deviates' ELSE 'untestable' END
FROM decision_made WHERE outcome = 'restrict' AND mode = 'live'
