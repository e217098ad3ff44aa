-- Units that are to assist, still.
-- $1 district, $2 issue id
-- unit
SELECT unit
  FROM obligation
 WHERE district_id = $1::int AND issue_id = $2::bigint AND kind = 1 AND state = 1
 ORDER BY n
