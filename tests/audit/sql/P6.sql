WITH rule AS (
  SELECT p.policy, json_extract(r.value, '$.rule') AS rule, json_extract(r.value, '$.deadline_h') AS hours
  FROM policy_adopted p, json_each(p.rules) r
), ruled AS (
  SELECT d.log_index, d.at, d.taken_up_at, MIN(r.hours) AS hours FROM decision d
  JOIN decision_made m ON m.log_index = d.log_index JOIN rule r ON r.policy = d.policy AND r.rule = m.rule
  GROUP BY d.log_index HAVING MIN(r.hours) IS NOT NULL
)
SELECT log_index,
       CASE WHEN at < taken_up_at THEN 'untestable' WHEN at - taken_up_at > hours * 3600000 THEN 'deviates' ELSE 'kept' END
FROM ruled
UNION ALL SELECT log_index, 'untestable' FROM decision WHERE policy NOT IN (SELECT policy FROM policy_adopted)
