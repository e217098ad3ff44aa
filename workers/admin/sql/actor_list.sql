-- For people: $1 district_id. code, name, unit, area, roles, active
SELECT a.code, a.name, coalesce(u.code, '?'), coalesce(p.code, '?'),
       (SELECT string_agg(v.word, ' ' ORDER BY v.number) FROM vocab v
         WHERE v.kind = 'role' AND a.roles & (1 << v.number) <> 0),
       CASE WHEN a.active THEN 'yes' ELSE 'no' END
  FROM actor a
  LEFT JOIN (SELECT DISTINCT code, id FROM unit WHERE district_id = $1::int) u ON u.id = a.unit
  LEFT JOIN (SELECT DISTINCT code, id FROM place WHERE district_id = $1::int) p ON p.id = a.area
 WHERE a.district_id = $1::int
 ORDER BY a.code
