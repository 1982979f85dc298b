WITH policy AS (
  SELECT log_index, policy, unixepoch(in_force_from) * 1000 + CAST(substr(in_force_from, 21, 3) AS INTEGER) AS since
  FROM policy_adopted
), held AS (
  SELECT d.log_index,
         (SELECT p.policy FROM policy p WHERE p.since <= d.at ORDER BY p.since DESC, p.log_index DESC LIMIT 1) AS now,
         (SELECT p.policy FROM policy p WHERE p.since <= min(d.at, d.taken_up_at)
          ORDER BY p.since DESC, p.log_index DESC LIMIT 1) AS before
  FROM decision d
)
SELECT d.log_index,
       CASE WHEN d.policy NOT IN (SELECT policy FROM policy) THEN 'untestable'
            WHEN d.policy IS h.now OR d.policy IS h.before THEN 'kept' ELSE 'deviates' END
FROM decision d JOIN held h ON h.log_index = d.log_index
