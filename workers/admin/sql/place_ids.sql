-- Every code that any edition gave an id: $1 district_id. Ids keep their meaning.
SELECT DISTINCT code, id FROM place WHERE district_id = $1::int
