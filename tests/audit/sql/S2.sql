WITH needed (log_index, element) AS (
  SELECT m.log_index, always.value FROM message m
  JOIN json_each('["restriction", "facts", "ground", "redress_court", "redress_20", "redress_21"]') always
  WHERE m.what = 'statement'
  UNION ALL SELECT m.log_index, 'duration' FROM message m JOIN decision d ON d.decision = m.about
  WHERE m.what = 'statement' AND d.until IS NOT NULL
  UNION ALL SELECT m.log_index, 'automated_detection' FROM message m JOIN decision d ON d.decision = m.about
  WHERE m.what = 'statement' AND d.automated_detection
  UNION ALL SELECT m.log_index, 'automated_decision' FROM message m JOIN decision d ON d.decision = m.about
  WHERE m.what = 'statement' AND d.automated_decision <> 'AUTOMATED_DECISION_NOT_AUTOMATED'
)
SELECT m.log_index,
       iif(EXISTS (SELECT 1 FROM needed n WHERE n.log_index = m.log_index
                   AND n.element NOT IN (SELECT value FROM json_each(m.elements))), 'deviates', 'kept')
FROM message m WHERE m.what = 'statement'
