-- What a person reported, newest first.
-- $1 district, $2 reporter, $3 open ones only (1), $4 below this id, $5 rows at most
-- look columns
SELECT @look_columns@
  FROM (SELECT *
          FROM issue
         WHERE district_id = $1::int AND reporter = $2::int AND id < $4::bigint
           AND ($3::int = 0 OR holder_unit IS NOT NULL)
         ORDER BY id DESC
         LIMIT $5::int) i
  @look_joins@
 ORDER BY i.id DESC
