SELECT d.log_index, iif(f.at IS NULL, 'kept', 'deviates') FROM decision d
LEFT JOIN first_effect f ON f.decision = d.decision AND f.effect = 'applied' WHERE d.mode = 'shadow'
