SELECT p.log_index,
       CASE WHEN m.at IS NOT NULL THEN 'kept'
            WHEN :end - (unixepoch(p.in_force_from) * 1000 + CAST(substr(p.in_force_from, 21, 3) AS INTEGER)) <= :within
            THEN 'open' ELSE 'deviates' END
FROM policy_adopted p LEFT JOIN first_message m ON m.about = p.id AND m.what = 'terms_change'
WHERE p.significant AND p.log_index > (SELECT MIN(log_index) FROM policy_adopted)
