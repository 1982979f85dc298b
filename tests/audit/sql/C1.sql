WITH told AS (
  SELECT c.log_index, MIN(m.at) AS at FROM complaint c
  LEFT JOIN decision d ON d.decision = c.decision
  JOIN message m ON m.what IN ('statement', 'decision')
   AND (m.about = c.decision OR m.about IN (SELECT value FROM json_each(d.because_ids)))
  GROUP BY c.log_index
)
SELECT c.log_index,
       CASE WHEN c.admitted OR c.refusal NOT LIKE '%late%' THEN 'kept'
            WHEN t.at IS NOT NULL THEN iif(
              c.at < unixepoch(t.at / 1000, 'unixepoch', '+6 months') * 1000 + t.at % 1000, 'deviates', 'kept')
            WHEN c.decision IN (SELECT decision FROM decision) THEN 'deviates' ELSE 'untestable' END
FROM complaint c LEFT JOIN told t ON t.log_index = c.log_index WHERE c.forum = 'internal'
