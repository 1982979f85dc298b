SELECT c.log_index,
       CASE WHEN z.at IS NULL THEN iif(:end - c.at <= :within, 'open', 'deviates')
            WHEN z.at < c.at THEN 'untestable'
            WHEN z.at - c.at > :within THEN 'deviates' ELSE 'kept' END
FROM complaint c LEFT JOIN (SELECT challenge, MIN(at) AS at FROM closing GROUP BY challenge) z ON z.challenge = c.challenge
WHERE c.forum = 'internal' AND c.admitted
