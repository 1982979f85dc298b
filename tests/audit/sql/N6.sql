-- By how many later untrusted notices of its category and week each trusted notice was overtaken.
WITH queue AS (
  SELECT n.log_index, n.at, n.category, date(n.at / 1000, 'unixepoch', '-3 days', 'weekday 4') AS week,
         n.sender_type = 'trusted_flagger' AND n.flagger_ref IS NOT NULL AS trusted, MIN(a.taken_up_at) AS taken
  FROM notice n LEFT JOIN answer a ON a.notice = n.notice
  WHERE n.notice NOT IN (SELECT notice FROM sent_back) GROUP BY n.log_index
  HAVING taken IS NULL OR taken >= n.at
)
SELECT t.log_index, COUNT(u.log_index) FROM queue t
LEFT JOIN queue u ON u.category = t.category AND u.week = t.week AND NOT u.trusted AND u.at > t.at
 AND u.taken < ifnull(t.taken, :end + 1)
WHERE t.trusted GROUP BY t.log_index
