SELECT n.log_index,
       CASE WHEN n.notice IN (SELECT notice FROM answer) THEN 'kept'
            WHEN :end - n.at <= :within THEN 'open' ELSE 'deviates' END
FROM notice n WHERE n.notice NOT IN (SELECT notice FROM sent_back)
