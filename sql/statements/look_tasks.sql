-- What a person has in hand at his unit, most urgent first.
-- $1 district, $2 unit, $3 handler, $4 rows before, $5 rows at most
-- look columns
SELECT @look_columns@
  FROM (SELECT *
          FROM issue
         WHERE district_id = $1::int AND holder_unit = $2::int AND handler = $3::int
         ORDER BY rank, id
        OFFSET $4::bigint
         LIMIT $5::int) i
  @look_joins@
 ORDER BY i.rank, i.id
