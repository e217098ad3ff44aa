-- Columns of a policies file: $1 district_id, $2 edition.
SELECT p.name, coalesce(v.word, '') AS tier,
       CASE WHEN p.name IN ('refusal_window', 'observed_age_max', 'observed_ahead_max', 'step_gap')
            THEN (SELECT CASE WHEN n.us = 0 THEN '0s' WHEN n.us % 86400000000 = 0 THEN n.us / 86400000000 || 'd' WHEN n.us % 3600000000 = 0 THEN n.us / 3600000000 || 'h'
            WHEN n.us % 60000000 = 0 THEN n.us / 60000000 || 'm' ELSE n.us / 1000000 || 's' END FROM (SELECT p.value::bigint AS us) n)
            ELSE p.value END AS value
  FROM policy p
  LEFT JOIN vocab v ON v.kind = 'tier' AND v.number = p.tier
 WHERE p.district_id = $1::int AND p.edition = $2::int
 ORDER BY p.name, p.tier
