-- All actors as they stand: $1 district_id. id, code, name, unit, area, roles, active
SELECT id, code, name, unit, area, roles, active FROM actor WHERE district_id = $1::int
