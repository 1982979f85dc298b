SELECT m.log_index,
       iif('confirmed' = (SELECT b."to" FROM bank b WHERE b.entry = m.entry AND b.at <= m.posted_at - :within
                          ORDER BY b.at DESC, b.log_index DESC LIMIT 1), 'deviates', 'kept')
FROM matched m WHERE m.why = 'retroactive'
