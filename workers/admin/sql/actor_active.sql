-- Enables or disables: $1 district_id, $2 code, $3 yes or no. A row where there is such a person.
UPDATE actor SET active = $3 = 'yes' WHERE district_id = $1::int AND code = $2 RETURNING id
