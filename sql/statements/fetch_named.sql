-- Locks the issues that commands of the batch name; never waits for one.
-- $1 district, $2 issue ids
-- issue columns
SELECT @issue_columns@
  FROM issue i
 WHERE i.district_id = $1::int AND i.id = ANY ($2::bigint[])
   FOR UPDATE SKIP LOCKED
