-- Polygons of an edition: $1 district_id, $2 edition. code of the place, GeoJSON geometry
SELECT p.code, g.geometry
  FROM place_polygon g
  JOIN place p ON p.district_id = g.district_id AND p.edition = g.edition AND p.id = g.place
 WHERE g.district_id = $1::int AND g.edition = $2::int
 ORDER BY g.place, g.n
