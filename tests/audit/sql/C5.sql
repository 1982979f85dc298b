WITH mine AS (
  SELECT z.log_index, z.at AS closed, d.outcome, e.effect, e.at
  FROM decided z JOIN decision d ON d.decision = z.about
  LEFT JOIN effect e ON e.subject = d.subject_id
   AND (e.decision IN (d.decision, z.carried_out_by) OR e.at >= z.at)
  WHERE z.outcome = 'reversed'
), one AS (
  SELECT log_index, closed, outcome,
         MAX(effect = 'applied' AND at <= closed) AS was_applied,
         MIN(CASE WHEN outcome = 'restrict' AND effect = 'lifted' THEN at
                  WHEN outcome <> 'restrict' AND effect = 'applied' AND at >= closed THEN at END) AS at
  FROM mine GROUP BY log_index
)
SELECT log_index,
       CASE WHEN at IS NULL THEN iif(:end - closed <= :within, 'open', 'deviates')
            WHEN at - closed > :within THEN 'deviates' ELSE 'kept' END
FROM one WHERE outcome <> 'restrict' OR was_applied
UNION ALL
SELECT z.log_index, 'untestable' FROM decided z
WHERE z.outcome = 'reversed' AND z.about NOT IN (SELECT decision FROM decision)
