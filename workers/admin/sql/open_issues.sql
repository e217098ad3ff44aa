-- Has the district an open issue? $1 district_id.
SELECT EXISTS (SELECT FROM issue WHERE district_id = $1::int AND holder_unit IS NOT NULL)::int
