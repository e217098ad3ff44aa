-- Columns of a competences file: $1 district_id, $2 edition of units.
SELECT coalesce(u.code, '') AS unit_code, c.kind AS unit_kind, c.class_code AS class,
       coalesce(p.code, '') AS place_code, c.priority, v.word AS duty
  FROM competence c
  JOIN vocab v ON v.kind = 'duty' AND v.number = c.duty
  LEFT JOIN unit u ON u.district_id = c.district_id AND u.edition = c.edition AND u.id = c.unit
  LEFT JOIN (SELECT DISTINCT code, id FROM place WHERE district_id = $1::int) p ON p.id = c.place
 WHERE c.district_id = $1::int AND c.edition = $2::int
 ORDER BY c.n
