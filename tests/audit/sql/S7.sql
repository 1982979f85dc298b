SELECT d.log_index, iif(m.at - f.at > :within, 'deviates', 'kept')
FROM due d JOIN first_message m ON m.about = d.decision AND m.what = 'statement'
JOIN first_effect f ON f.decision = d.decision AND f.effect = 'applied'
