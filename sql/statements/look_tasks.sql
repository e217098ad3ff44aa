-- What a person has in hand at his unit, then what is free there; most urgent first.
-- $1 district, $2 unit, $3 handler, $4 rows before, $5 rows at most
-- look columns
SELECT @look_columns@
  FROM (SELECT *
          FROM issue
         WHERE district_id = $1::int AND holder_unit = $2::int
           AND (handler = $3::int OR (handler IS NULL AND holder_desk = 3))
         ORDER BY handler IS NULL, rank, id
        OFFSET $4::bigint
         LIMIT $5::int) i
  @look_joins@
 ORDER BY i.handler IS NULL, i.rank, i.id
