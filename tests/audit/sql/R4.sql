WITH span AS (
  SELECT date(:end / 1000, 'unixepoch') AS last_day, (SELECT date(MIN(logged_at) / 1000, 'unixepoch') FROM every) AS first_day
), first_report AS (
  SELECT log_index, replaces, date(at) AS on_day, period_start AS start, period_end AS until,
         ROW_NUMBER() OVER (PARTITION BY period_start, period_end ORDER BY log_index) AS nth
  FROM report_published
), first_word AS (
  SELECT log_index, period_start AS start, period_end AS until,
         ROW_NUMBER() OVER (PARTITION BY period_start, period_end ORDER BY log_index) AS nth
  FROM service_declared
)
SELECT log_index,
       CASE WHEN on_day <= date(until, '+1 day', '+2 months', '-1 day') THEN 'kept'
            WHEN replaces IS NOT NULL THEN 'untestable' ELSE 'deviates' END
FROM first_report WHERE nth = 1
UNION ALL
SELECT w.log_index,
       CASE WHEN last_day <= date(w.until, '+1 day', '+2 months', '-1 day') THEN 'open'
            WHEN first_day > w.until THEN 'untestable' ELSE 'deviates' END
FROM first_word w, span
WHERE nth = 1 AND NOT EXISTS (SELECT 1 FROM first_report r WHERE r.start = w.start AND r.until = w.until)
