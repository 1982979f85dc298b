WITH shown AS (
  SELECT a.notice, a.subject_id, iif(a.outcome = 'restrict', f.at, a.at) AS at FROM answer a
  LEFT JOIN first_effect f ON f.decision = a.decision AND f.effect = 'applied'
), done AS (
  SELECT notice, COUNT(DISTINCT subject_id) AS subjects, SUM(at IS NULL) AS without, MAX(at) AS at FROM shown GROUP BY notice
)
SELECT n.log_index,
       CASE WHEN d.notice IS NULL OR d.without > 0 OR d.subjects < n.items
            THEN iif(:end - n.at > :within, 'deviates', 'open')
            WHEN d.at < n.at THEN 'untestable'
            WHEN d.at - n.at > :within THEN 'deviates' ELSE 'kept' END
FROM notice n LEFT JOIN done d ON d.notice = n.notice WHERE n.notice NOT IN (SELECT notice FROM sent_back)
