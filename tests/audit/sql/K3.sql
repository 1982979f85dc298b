SELECT m.log_index,
       iif((SELECT b."to" = 'withdrawn' AND b.at <= m.at - :within FROM bank b WHERE b.entry = m.entry AND b.at <= m.at
            ORDER BY b.at DESC, b.log_index DESC LIMIT 1), 'deviates', 'kept')
FROM matched m
