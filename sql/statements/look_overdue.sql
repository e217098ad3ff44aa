-- Open issues of an area that are overdue, or will be soon, the oldest first.
-- $1 district, $2 place, $3 its tier, $4 soon (microseconds), $5 rows before, $6 rows at most
-- look columns
SELECT @look_columns@
  FROM (SELECT i.*
          FROM issue i
          JOIN district t ON t.district_id = $1::int
         WHERE i.district_id = $1::int AND i.holder_unit IS NOT NULL AND @look_area@
           AND i.due_at <= now() + (t.clock_shift_us + $4::bigint) * interval '1 microsecond'
         ORDER BY i.due_at, i.id
        OFFSET $5::bigint
         LIMIT $6::int) i
  @look_joins@
 ORDER BY i.due_at, i.id
