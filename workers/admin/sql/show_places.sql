-- Columns of a places file: $1 district_id, $2 edition.
SELECT p.code, p.name, p.kind, coalesce(v.word, '') AS tier, coalesce(q.code, '') AS parent_code
  FROM place p
  LEFT JOIN place q ON q.district_id = p.district_id AND q.edition = p.edition AND q.id = p.parent
  LEFT JOIN vocab v ON v.kind = 'tier' AND v.number = p.tier
 WHERE p.district_id = $1::int AND p.edition = $2::int
 ORDER BY p.id
