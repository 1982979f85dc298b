-- What every query reads: the tables of `record open` with times in milliseconds and lists taken apart.
CREATE TEMP VIEW notice AS
SELECT log_index, notice, unixepoch(at) * 1000 + CAST(substr(at, 21, 3) AS INTEGER) AS at, has_contact, csam,
       elements_reason AND elements_location AND elements_good_faith AND (elements_name_email OR csam) AS complete,
       MAX(json_array_length(items), 0) AS items, sender_type, flagger_ref, category
FROM notice_received;
CREATE TEMP VIEW decision AS
SELECT log_index, decision, unixepoch(at) * 1000 + CAST(substr(at, 21, 3) AS INTEGER) AS at,
       unixepoch(taken_up_at) * 1000 + CAST(substr(taken_up_at, 21, 3) AS INTEGER) AS taken_up_at,
       because_type, because_ids, subject_id, outcome, mode, deciders, tools, policy, uploader_contact,
       commercial_spam, automated_detection, automated_decision, until, territory, src
FROM decision_made;
CREATE TEMP VIEW message AS
SELECT log_index, what, about, elements, unixepoch(at) * 1000 + CAST(substr(at, 21, 3) AS INTEGER) AS at
FROM message_sent;
CREATE TEMP VIEW effect AS
SELECT log_index, subject, decision, effect, unixepoch(at) * 1000 + CAST(substr(at, 21, 3) AS INTEGER) AS at
FROM effect_applied;
CREATE TEMP VIEW statement AS
SELECT log_index, puid, decision, result, body, unixepoch(at) * 1000 + CAST(substr(at, 21, 3) AS INTEGER) AS at
FROM statement_submitted;
CREATE TEMP VIEW complaint AS
SELECT log_index, challenge, decision, forum, admitted, refusal, at AS said_at,
       unixepoch(at) * 1000 + CAST(substr(at, 21, 3) AS INTEGER) AS at
FROM challenge_received;
CREATE TEMP VIEW closing AS
SELECT log_index, challenge, outcome, deciders, automated, carried_out_by,
       unixepoch(at) * 1000 + CAST(substr(at, 21, 3) AS INTEGER) AS at
FROM challenge_closed;
-- Which live decision answers which notice.
CREATE TEMP TABLE answer AS
SELECT d.log_index, d.decision, d.at, d.taken_up_at, d.outcome, d.subject_id, ids.value AS notice
FROM decision d, json_each(d.because_ids) ids WHERE d.because_type = 'notice' AND d.mode = 'live';
CREATE INDEX temp.answer_notice ON answer (notice);
-- Notices that were sent back as incomplete, and nothing was decided.
CREATE TEMP TABLE sent_back AS
SELECT n.notice FROM notice n
WHERE NOT n.complete AND n.notice IN (SELECT about FROM message WHERE what = 'incomplete')
  AND n.notice NOT IN (SELECT notice FROM answer);
-- Restrictions for which a statement of reasons is due.
CREATE TEMP TABLE due AS
SELECT * FROM decision WHERE outcome = 'restrict' AND mode = 'live' AND because_type <> 'order' AND uploader_contact
  AND NOT commercial_spam;
CREATE TEMP TABLE first_message AS
SELECT about, what, MIN(at) AS at FROM message GROUP BY about, what;
CREATE INDEX temp.first_message_about ON first_message (about, what);
CREATE TEMP TABLE first_effect AS
SELECT decision, effect, MIN(at) AS at FROM effect WHERE decision IS NOT NULL GROUP BY decision, effect;
CREATE INDEX temp.first_effect_decision ON first_effect (decision, effect);
-- Decided complaints before the platform itself.
CREATE TEMP TABLE decided AS
SELECT z.*, c.decision AS about FROM closing z JOIN complaint c ON c.challenge = z.challenge
WHERE c.forum = 'internal' AND z.outcome <> 'omitted';
CREATE TEMP VIEW orders AS
SELECT log_index, "order", type, territory, unixepoch(at) * 1000 + CAST(substr(at, 21, 3) AS INTEGER) AS at
FROM order_received;
-- Orders that were carried out, each with its first effect.
CREATE TEMP TABLE carried_out AS
SELECT o.log_index, o."order", o.territory AS ordered, m.uploader_contact, m.ground, e.territory AS applied, f.at
FROM decision_made m, json_each(m.because_ids) ids
JOIN orders o ON o."order" = ids.value
JOIN first_effect f ON f.decision = m.decision AND f.effect = 'applied'
JOIN effect_applied e ON e.decision = m.decision AND e.effect = 'applied'
 AND unixepoch(e.at) * 1000 + CAST(substr(e.at, 21, 3) AS INTEGER) = f.at
WHERE m.because_type = 'order' AND m.outcome = 'restrict' AND m.mode = 'live' GROUP BY o.log_index, m.log_index;
-- Examinations with their matches, and the changes of the bank, times in milliseconds.
CREATE TEMP TABLE examined AS
SELECT log_index, item, why, declared, findings, matches, views_total,
       unixepoch(at) * 1000 + CAST(substr(at, 21, 3) AS INTEGER) AS at,
       unixepoch(posted_at) * 1000 + CAST(substr(posted_at, 21, 3) AS INTEGER) AS posted_at
FROM item_examined;
CREATE TEMP TABLE matched AS
SELECT e.*, m.key AS place, json_extract(m.value, '$.entry') AS entry FROM examined e, json_each(e.matches) m;
CREATE TEMP TABLE bank AS
SELECT log_index, entry, "to", unixepoch(at) * 1000 + CAST(substr(at, 21, 3) AS INTEGER) AS at FROM bank_changed;
CREATE INDEX temp.bank_entry ON bank (entry, at, log_index);
CREATE TEMP TABLE shown AS
SELECT subject, MIN(at) AS at FROM effect WHERE effect = 'label_shown' GROUP BY subject;
CREATE TEMP TABLE takes_down AS
SELECT e.subject, unixepoch(e.at) * 1000 + CAST(substr(e.at, 21, 3) AS INTEGER) AS at FROM effect_applied e
WHERE e.effect = 'applied' AND e.restrictions NOT IN ('[]', '["DECISION_VISIBILITY_CONTENT_LABELLED"]');
