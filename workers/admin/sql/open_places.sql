-- Places of open issues: $1 district_id. id, code, how many issues
SELECT p.id, p.code, count(*)
  FROM issue i
  JOIN (SELECT DISTINCT id, code FROM place WHERE district_id = $1::int) p ON p.id = i.place
 WHERE i.district_id = $1::int AND i.holder_unit IS NOT NULL
 GROUP BY p.id, p.code
