-- Polygons of the places of the release in force.
-- $1 district, $2 now
-- edition, place, geometry
SELECT edition, place, geometry
  FROM place_polygon
 WHERE district_id = $1::int
   AND edition = (SELECT places FROM release
                   WHERE district_id = $1::int AND effective_at <= $2::timestamptz
                   ORDER BY number DESC LIMIT 1)
 ORDER BY place, n
