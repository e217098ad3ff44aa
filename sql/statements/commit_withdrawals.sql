-- Takes back what was to be told about these issues and no longer holds.
-- $1 district, $2 issue ids
UPDATE outbox
   SET state = 4
 WHERE district_id = $1::int AND issue_id = ANY ($2::bigint[]) AND state = 1
