SELECT c.log_index, CASE WHEN m.at IS NOT NULL THEN 'kept' WHEN :end - c.at <= :within THEN 'open' ELSE 'deviates' END
FROM carried_out c LEFT JOIN first_message m ON m.about = c."order" AND m.what = 'order_user' WHERE c.uploader_contact
