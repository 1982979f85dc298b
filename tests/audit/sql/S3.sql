SELECT d.log_index,
       CASE WHEN d.decision IN (SELECT decision FROM statement WHERE result IN ('created', 'duplicate')) THEN 'kept'
            WHEN :end - d.at <= :within THEN 'open' ELSE 'deviates' END
FROM due d
