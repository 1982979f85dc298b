SELECT log_index, iif(logged_at - at > :within, 'deviates', 'kept') FROM every WHERE src = 'native'
UNION ALL
SELECT c.log_index,
       iif(EXISTS (SELECT 1 FROM report_published r WHERE r.logged_at < c.logged_at
                   AND date(e.at / 1000, 'unixepoch') BETWEEN r.period_start AND r.period_end), 'deviates', 'kept')
FROM record_corrected c JOIN every e ON e.id = c.event WHERE c.field = 'at' OR c.field LIKE '%\_at' ESCAPE '\'
