SELECT d.log_index,
       CASE WHEN m.at IS NULL THEN iif(:end - d.at <= :within, 'open', 'deviates')
            WHEN m.at < d.at THEN 'untestable' WHEN m.at - d.at > :within THEN 'deviates' ELSE 'kept' END
FROM decision d JOIN decision_made x ON x.log_index = d.log_index
LEFT JOIN first_message m ON m.about = d.decision AND m.what = 'authority_18' WHERE x.art18 AND d.mode = 'live'
