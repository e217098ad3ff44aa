-- What the units answer for.
-- $1 district, $2 now, $3 releases that open issues pin
-- edition, then one column a field
SELECT edition, unit, kind, class_code, place, priority, duty
  FROM competence
 WHERE district_id = $1::int AND edition IN (SELECT units FROM release_needed($1::int, $2::timestamptz, $3::int[]))
 ORDER BY edition, n
