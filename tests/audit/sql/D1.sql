WITH ratio AS (
  SELECT d.log_index, json_extract(f.value, '$.in_domain') AS inside
  FROM decision d JOIN examined e ON e.item = d.subject_id AND e.at <= d.at, json_each(e.findings) f
  WHERE json_extract(f.value, '$.log10_lr') IS NOT NULL
)
SELECT d.log_index,
       CASE MAX(r.inside) WHEN 1 THEN 'kept' WHEN 0 THEN 'deviates' ELSE 'untestable' END
FROM decision_made d LEFT JOIN ratio r ON r.log_index = d.log_index WHERE d.basis LIKE '%"ratio"%' GROUP BY d.log_index
