WITH told AS (
  SELECT d.decision, e.value AS element FROM decision d, json_each(d.because_ids) ids
  JOIN message m ON m.what = 'decision' AND m.about IN (ids.value, d.decision)
  LEFT JOIN json_each(m.elements) e
  WHERE d.because_type = 'notice'
)
SELECT d.log_index,
       CASE WHEN (NOT d.automated_detection OR 'automated_detection' IN (SELECT element FROM told WHERE decision = d.decision))
             AND (d.automated_decision = 'AUTOMATED_DECISION_NOT_AUTOMATED'
                  OR 'automated_decision' IN (SELECT element FROM told WHERE decision = d.decision))
            THEN 'kept' ELSE 'deviates' END
FROM decision d
WHERE d.because_type = 'notice' AND (d.automated_detection OR d.automated_decision <> 'AUTOMATED_DECISION_NOT_AUTOMATED')
  AND d.decision IN (SELECT decision FROM told)
