WITH found AS (
  SELECT d.log_index, d.deciders, json_extract(f.value, '$.abstained') AS abstained
  FROM decision d JOIN examined e ON e.item = d.subject_id AND e.at <= d.at, json_each(e.findings) f
  WHERE d.because_type = 'notice' AND d.outcome = 'no_action' AND d.mode = 'live'
)
SELECT log_index, iif(deciders = '[]', 'deviates', 'kept') FROM found GROUP BY log_index HAVING COUNT(*) = COUNT(abstained)
