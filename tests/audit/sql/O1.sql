SELECT o.log_index, CASE WHEN m.at IS NOT NULL THEN 'kept' WHEN :end - o.at <= :within THEN 'open' ELSE 'deviates' END
FROM orders o LEFT JOIN first_message m ON m.about = o."order" AND m.what = 'order_effect' WHERE o.type = 'act'
