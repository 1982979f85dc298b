SELECT c.log_index,
       iif(c.ordered <> '[]' AND c.ground IS NOT 'DECISION_GROUND_INCOMPATIBLE_CONTENT'
           AND EXISTS (SELECT value FROM json_each(c.applied) EXCEPT SELECT value FROM json_each(c.ordered)),
           'deviates', 'kept')
FROM carried_out c
