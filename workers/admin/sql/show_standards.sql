-- Columns of a standards file: $1 district_id, $2 edition.
SELECT s.class_code AS class, s.class_name, s.condition_code, s.condition, s.close_condition, s.area_class,
       s.severity, l.word AS limit_kind,
       CASE WHEN l.word = 'none' THEN '' WHEN l.word NOT IN ('working_time', 'continuous') THEN s.limit_amount::text
            ELSE CASE WHEN s.limit_amount = 0 THEN '0s' WHEN s.limit_amount % 86400000000 = 0 THEN s.limit_amount / 86400000000 || 'd' WHEN s.limit_amount % 3600000000 = 0 THEN s.limit_amount / 3600000000 || 'h'
            WHEN s.limit_amount % 60000000 = 0 THEN s.limit_amount / 60000000 || 'm' ELSE s.limit_amount / 1000000 || 's' END END AS "limit",
       s.calendar, r.word AS runs_from, CASE WHEN s.checked THEN 'yes' ELSE 'no' END AS checked,
       CASE WHEN s.evidence THEN 'yes' ELSE 'no' END AS evidence, array_to_string(s.candidates, ' ') AS candidates
  FROM standard s
  JOIN vocab l ON l.kind = 'limit_kind' AND l.number = s.limit_kind
  JOIN vocab r ON r.kind = 'runs_from' AND r.number = s.runs_from
 WHERE s.district_id = $1::int AND s.edition = $2::int
 ORDER BY s.id
