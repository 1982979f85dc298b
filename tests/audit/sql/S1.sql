SELECT d.log_index,
       CASE WHEN m.at IS NOT NULL THEN 'kept' WHEN :end - d.at <= :within THEN 'open' ELSE 'deviates' END
FROM due d LEFT JOIN first_message m ON m.about = d.decision AND m.what = 'statement'
