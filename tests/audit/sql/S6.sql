SELECT log_index, iif(row_number() OVER (PARTITION BY puid ORDER BY log_index) = 1, 'kept', 'deviates')
FROM statement WHERE result = 'created'
