-- The queues of all desks of a unit, desk by desk.
-- $1 district, $2 unit, $3 rows before, $4 rows at most
-- look columns
SELECT @look_columns@
  FROM (SELECT *
          FROM issue
         WHERE district_id = $1::int AND holder_unit = $2::int
         ORDER BY holder_desk, rank, id
        OFFSET $3::bigint
         LIMIT $4::int) i
  @look_joins@
 ORDER BY i.holder_desk, i.rank, i.id
