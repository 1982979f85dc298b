WITH told AS (SELECT about, MAX(elements LIKE '%"redress_21"%') AS full FROM message
              WHERE what = 'challenge_outcome' GROUP BY about)
SELECT z.log_index,
       CASE WHEN t.full THEN 'kept' WHEN t.full = 0 THEN 'deviates'
            WHEN :end - z.at <= :within THEN 'open' ELSE 'deviates' END
FROM decided z LEFT JOIN told t ON t.about = z.challenge
