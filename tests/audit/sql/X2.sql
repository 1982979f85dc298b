WITH held AS (
  SELECT v.log_index, v.role, (SELECT p.restricted_roles FROM policy_adopted p WHERE p.in_force_from <= v.at
                               ORDER BY p.in_force_from DESC, p.log_index DESC LIMIT 1) AS roles
  FROM material_viewed v
)
SELECT log_index,
       CASE WHEN roles IS NULL THEN 'untestable'
            WHEN role IN (SELECT value FROM json_each(roles)) THEN 'kept' ELSE 'deviates' END
FROM held
