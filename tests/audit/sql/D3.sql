SELECT log_index,
       CASE WHEN ifnull(groups_evaluated, '[]') <> '[]' THEN 'kept' WHEN src = 'native' THEN 'deviates' ELSE 'untestable' END
FROM tool_adopted
WHERE type = 'detector' AND in_use_from <= strftime('%Y-%m-%dT%H:%M:%fZ', :end / 1000.0, 'unixepoch')
  AND (in_use_to IS NULL OR in_use_to >= (SELECT strftime('%Y-%m-%dT%H:%M:%fZ', MIN(logged_at) / 1000.0, 'unixepoch') FROM every))
