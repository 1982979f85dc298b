WITH declared AS (
  SELECT MIN(log_index) AS log_index FROM examined WHERE declared LIKE '%"synthetic"%' GROUP BY item
), one AS (
  SELECT e.log_index, e.item, e.posted_at, s.at AS shown,
         (SELECT MIN(t.at) FROM takes_down t WHERE t.subject = e.item) AS down
  FROM declared d JOIN examined e ON e.log_index = d.log_index LEFT JOIN shown s ON s.subject = e.item
)
SELECT log_index,
       CASE WHEN shown IS NULL THEN iif(:end - posted_at <= :within, 'open', 'deviates')
            WHEN shown < posted_at THEN 'untestable' WHEN shown - posted_at > :within THEN 'deviates' ELSE 'kept' END
FROM one WHERE down IS NULL OR down - posted_at > :within
