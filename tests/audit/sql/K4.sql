WITH two AS (
  SELECT d.decision FROM decision_made d JOIN policy_adopted p ON p.policy = d.policy, json_each(p.rules) r
  WHERE json_extract(r.value, '$.rule') = d.rule AND json_extract(r.value, '$.needs_two')
)
SELECT b.log_index,
       iif((SELECT COUNT(DISTINCT value) FROM json_each(b.confirmers)) < iif(b.because IN (SELECT decision FROM two), 2, 1),
           'deviates', 'kept')
FROM bank_changed b WHERE b."to" = 'confirmed'
