SELECT n.log_index,
       CASE WHEN m.at IS NOT NULL THEN 'kept' WHEN :end - n.at <= :within THEN 'open' ELSE 'deviates' END
FROM notice n LEFT JOIN first_message m ON m.about = n.notice AND m.what = 'incomplete'
WHERE n.has_contact AND NOT n.complete AND n.notice NOT IN (SELECT notice FROM answer)
