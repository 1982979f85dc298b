WITH decided_notice AS (SELECT notice, MAX(at) AS at FROM answer GROUP BY notice),
told AS (
  SELECT a.notice, m.elements FROM message m JOIN answer a ON m.about IN (a.notice, a.decision) WHERE m.what = 'decision'
)
SELECT n.log_index,
       CASE WHEN EXISTS (SELECT 1 FROM told t, json_each(t.elements) e
                         WHERE t.notice = n.notice AND e.value LIKE 'redress%') THEN 'kept'
            WHEN EXISTS (SELECT 1 FROM told t WHERE t.notice = n.notice) THEN 'deviates'
            WHEN :end - d.at <= :within THEN 'open' ELSE 'deviates' END
FROM notice n JOIN decided_notice d ON d.notice = n.notice WHERE n.has_contact
