WITH entries AS (
  SELECT DISTINCT z.log_index, z.at, b.entry FROM decided z JOIN bank_changed b ON b.because = z.about
  WHERE z.outcome = 'reversed' AND b."to" IN ('seeded', 'confirmed')
), history AS (
  SELECT entry, "to", log_index, unixepoch(at) * 1000 + CAST(substr(at, 21, 3) AS INTEGER) AS at FROM bank_changed
)
SELECT e.log_index,
       CASE WHEN EXISTS (SELECT 1 FROM history h WHERE h.entry = e.entry AND h.at >= e.at
                         AND h."to" NOT IN ('seeded', 'confirmed')) THEN 'kept'
            WHEN (SELECT "to" FROM history h WHERE h.entry = e.entry ORDER BY h.log_index DESC LIMIT 1)
                 NOT IN ('seeded', 'confirmed') THEN 'kept'
            WHEN :end - e.at <= :within THEN 'open' ELSE 'deviates' END
FROM entries e
