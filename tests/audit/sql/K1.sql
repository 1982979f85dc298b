WITH known AS (
  SELECT m.log_index, m.item, m.at FROM matched m
  WHERE 'confirmed' = (SELECT b."to" FROM bank b WHERE b.entry = m.entry AND b.at <= m.at
                       ORDER BY b.at DESC, b.log_index DESC LIMIT 1)
), first AS (
  SELECT MIN(log_index) AS log_index, item FROM known GROUP BY item
), one AS (
  SELECT f.log_index, k.at, (SELECT MIN(d.at) FROM decision d WHERE d.subject_id = f.item AND d.mode = 'live') AS decided
  FROM first f JOIN examined k ON k.log_index = f.log_index
)
SELECT log_index,
       CASE WHEN decided - at <= :within THEN 'kept'
            WHEN decided IS NULL AND :end - at <= :within THEN 'open' ELSE 'deviates' END
FROM one
