-- Columns of a routes file: $1 district_id, $2 edition.
SELECT priority, class_code AS class, place AS place_code, severity, lead AS lead_code, lead_kind,
       array_to_string(assist, ' ') AS assist_codes, CASE WHEN auto_file THEN 'yes' ELSE 'no' END AS auto_file,
       CASE WHEN auto_dispatch THEN 'yes' ELSE 'no' END AS auto_dispatch
  FROM route WHERE district_id = $1::int AND edition = $2::int
 ORDER BY n
