SELECT log_index, iif(automated = 'AUTOMATED_DECISION_FULLY' OR deciders = '[]', 'deviates', 'kept') FROM decided
