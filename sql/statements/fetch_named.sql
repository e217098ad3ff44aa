-- Locks the issues that commands of the batch name; never waits for one.
-- $1 district, $2 issue ids
-- issue columns
SELECT @issue_columns@
  FROM unnest($2::bigint[]) AS k (id)
 CROSS JOIN LATERAL (
        SELECT *
          FROM issue
         WHERE district_id = $1::int AND id = k.id
         LIMIT 1
           FOR UPDATE SKIP LOCKED) i
