-- The district itself.
-- $1 district
-- code, name, zone, latest release
SELECT code, name, zone, release
  FROM district
 WHERE district_id = $1::int
