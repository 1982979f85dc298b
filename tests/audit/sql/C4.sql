SELECT z.log_index,
       CASE WHEN d.decision IS NULL THEN 'untestable'
            WHEN EXISTS (SELECT value FROM json_each(z.deciders) INTERSECT SELECT value FROM json_each(d.deciders))
            THEN 'deviates' ELSE 'kept' END
FROM decided z LEFT JOIN decision d ON d.decision = z.about
