-- One person: $1 district_id, $2 code. id, name, active
SELECT id, name, active FROM actor WHERE district_id = $1::int AND code = $2
