WITH sources AS (
  SELECT d.decision, iif(n.sender_type = 'trusted_flagger', 'SOURCE_TRUSTED_FLAGGER', 'SOURCE_ARTICLE_16') AS source
  FROM decision d, json_each(d.because_ids) ids JOIN notice n ON n.notice = ids.value WHERE d.because_type = 'notice'
  UNION SELECT d.decision, 'SOURCE_TYPE_OTHER_NOTIFICATION'
  FROM decision d, json_each(d.because_ids) ids JOIN notice n ON n.notice = ids.value
  WHERE d.because_type = 'notice' AND n.sender_type = 'authority'
  UNION SELECT decision, 'SOURCE_VOLUNTARY' FROM decision WHERE because_type = 'own'
), said AS (
  SELECT log_index, decision, json_extract(body, '$.automated_detection') AS detection,
         json_extract(body, '$.automated_decision') AS automated, json_extract(body, '$.source_type') AS source,
         json_extract(body, '$.territorial_scope') AS territory,
         substr(json_extract(body, '$.application_date'), 1, 10) AS applied
  FROM statement WHERE result = 'created'
)
SELECT s.log_index,
       CASE WHEN d.decision IS NULL THEN 'untestable'
            WHEN s.detection <> iif(d.automated_detection, 'Yes', 'No') THEN 'deviates'
            WHEN s.automated <> d.automated_decision THEN 'deviates'
            WHEN s.source <> '' AND d.decision IN (SELECT decision FROM sources)
             AND s.source NOT IN (SELECT source FROM sources WHERE decision = d.decision) THEN 'deviates'
            WHEN EXISTS (SELECT value FROM json_each(s.territory) EXCEPT SELECT value FROM json_each(d.territory))
              OR EXISTS (SELECT value FROM json_each(d.territory) EXCEPT SELECT value FROM json_each(s.territory))
            THEN 'deviates'
            WHEN abs(julianday(s.applied) - julianday(date(f.at / 1000, 'unixepoch'))) > 1 THEN 'deviates'
            ELSE 'kept' END
FROM said s LEFT JOIN decision d ON d.decision = s.decision
LEFT JOIN first_effect f ON f.decision = s.decision AND f.effect = 'applied'
