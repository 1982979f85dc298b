SELECT log_index, CASE WHEN trim(origin) <> '' THEN 'kept' WHEN src = 'native' THEN 'deviates' ELSE 'untestable' END
FROM bank_changed WHERE "to" IN ('seeded', 'confirmed')
