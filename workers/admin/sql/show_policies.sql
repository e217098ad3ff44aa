-- Columns of a policies file: $1 district_id, $2 edition.
SELECT p.name, coalesce(v.word, '') AS tier, p.value
  FROM policy p
  LEFT JOIN vocab v ON v.kind = 'tier' AND v.number = p.tier
 WHERE p.district_id = $1::int AND p.edition = $2::int
 ORDER BY p.name, p.tier
