-- Columns of an actors file: $1 district_id. Disabled people are not told.
SELECT a.code, a.name, coalesce(u.code, '') AS unit_code, coalesce(p.code, '') AS area_code,
       (SELECT string_agg(v.word, ' ' ORDER BY v.number) FROM vocab v
         WHERE v.kind = 'role' AND a.roles & (1 << v.number) <> 0) AS roles
  FROM actor a
  LEFT JOIN (SELECT DISTINCT code, id FROM unit WHERE district_id = $1::int) u ON u.id = a.unit
  LEFT JOIN (SELECT DISTINCT code, id FROM place WHERE district_id = $1::int) p ON p.id = a.area
 WHERE a.district_id = $1::int AND a.active
 ORDER BY a.id
