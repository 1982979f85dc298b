SELECT n.log_index,
       CASE WHEN r.at IS NULL THEN iif(:end - n.at <= :within, 'open', 'deviates')
            WHEN r.at < n.at THEN 'untestable'
            WHEN r.at - n.at > :within THEN 'deviates' ELSE 'kept' END
FROM notice n LEFT JOIN first_message r ON r.about = n.notice AND r.what = 'receipt' WHERE n.has_contact
