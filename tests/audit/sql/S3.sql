SELECT d.log_index,
       CASE WHEN s.at IS NULL THEN iif(:end - d.at <= :within, 'open', 'deviates')
            WHEN s.at < d.at THEN 'untestable'
            WHEN s.at - d.at > :within THEN 'deviates' ELSE 'kept' END
FROM due d
LEFT JOIN (SELECT decision, min(at) AS at FROM statement WHERE result IN ('created', 'duplicate') GROUP BY decision) s
  ON s.decision = d.decision
