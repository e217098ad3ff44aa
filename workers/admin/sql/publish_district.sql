-- Tells the dispatchers: $1 district_id, $2 number of the release.
UPDATE district SET release = $2::int WHERE district_id = $1::int
