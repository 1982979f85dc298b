WITH RECURSIVE placed AS (
  SELECT log_index, channel, n, lag(n, 1, 0) OVER (PARTITION BY channel ORDER BY n, log_index) AS before FROM every
), gap (log_index, n, stop) AS (
  SELECT log_index, before + 1, n FROM placed WHERE n > before + 1
  UNION ALL SELECT log_index, n + 1, stop FROM gap WHERE n + 1 < stop
)
SELECT log_index, iif(n = before, 'deviates', 'kept') FROM placed
UNION ALL
SELECT log_index, iif(log_index >= (SELECT MAX(log_index) + 1 - 256 FROM every), 'open', 'deviates') FROM gap
