WITH named AS (
  SELECT log_index, at, by_pid AS pid, src FROM every WHERE by_pid IS NOT NULL
  UNION ALL SELECT log_index, at, ids.value, src FROM decision, json_each(deciders) ids
  UNION ALL SELECT z.log_index, z.at, ids.value, c.src FROM closing z JOIN challenge_closed c ON c.log_index = z.log_index,
         json_each(z.deciders) ids
  UNION ALL SELECT m.log_index, m.at, s."to", s.src FROM message m JOIN message_sent s ON s.log_index = m.log_index
)
SELECT p.log_index,
       iif(EXISTS (SELECT 1 FROM named n WHERE n.pid = p.person AND n.log_index > p.log_index AND n.src = 'native'
                   AND n.at > (SELECT at FROM every WHERE log_index = p.log_index)), 'deviates', 'kept')
FROM person_erased p
