-- What the reporter answered last.
-- $1 district, $2 issue id
-- said
SELECT coalesce(said, '')
  FROM journal
 WHERE district_id = $1::int AND issue_id = $2::bigint AND event = 15
 ORDER BY version DESC
 LIMIT 1
