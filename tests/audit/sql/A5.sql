WITH ground AS (
  SELECT log_index, policy AS name, 'policy' AS what FROM decision WHERE src = 'native'
  UNION ALL SELECT d.log_index, t.value, 'tool' FROM decision d, json_each(d.tools) t WHERE d.src = 'native'
), known AS (
  SELECT policy AS name, 'policy' AS what, MIN(log_index) AS log_index FROM policy_adopted GROUP BY policy
  UNION ALL SELECT tool, 'tool', MIN(log_index) FROM tool_adopted GROUP BY tool
)
SELECT g.log_index, iif(MAX(k.log_index IS NULL OR k.log_index > g.log_index), 'deviates', 'kept')
FROM ground g LEFT JOIN known k ON k.name = g.name AND k.what = g.what GROUP BY g.log_index
