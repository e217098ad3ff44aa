-- Route rules of the editions needed, the first that matches first.
-- $1 district, $2 now, $3 releases that open issues pin
-- edition, then one column a field; assist parted by line ends
SELECT edition, priority, class_code, severity, lead_kind, auto_file, auto_dispatch, place, lead,
       array_to_string(assist, E'\n')
  FROM route
 WHERE district_id = $1::int AND edition IN (SELECT routes FROM release_needed($1::int, $2::timestamptz, $3::int[]))
 ORDER BY edition, priority DESC, n
