WITH lost AS (SELECT e.log_index, e.subject, e.at FROM effect e JOIN shown s ON s.subject = e.subject WHERE e.effect = 'label_lost')
SELECT l.log_index,
       iif(EXISTS (SELECT 1 FROM effect e WHERE e.subject = l.subject AND e.effect = 'label_shown'
                   AND e.at BETWEEN l.at AND l.at + :within)
           OR EXISTS (SELECT 1 FROM takes_down t WHERE t.subject = l.subject AND t.at BETWEEN l.at AND l.at + :within),
           'kept', 'deviates')
FROM lost l
UNION ALL
SELECT e.log_index, 'kept' FROM shown s JOIN effect e ON e.subject = s.subject AND e.at = s.at AND e.effect = 'label_shown'
WHERE s.subject NOT IN (SELECT subject FROM lost) GROUP BY s.subject
