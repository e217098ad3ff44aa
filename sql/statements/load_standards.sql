-- Standard rows of the editions needed.
-- $1 district, $2 now, $3 releases that open issues pin
-- edition, then one column a field; candidates parted by line ends
SELECT edition, id, class_code, class_name, condition_code, condition, close_condition, area_class, severity,
       limit_kind, limit_amount, runs_from, checked, evidence, calendar, array_to_string(candidates, E'\n')
  FROM standard
 WHERE district_id = $1::int AND edition IN (SELECT standards FROM release_needed($1::int, $2::timestamptz, $3::int[]))
 ORDER BY edition, id
