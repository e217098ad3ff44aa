-- Takes back what was to be told about these issues and no longer holds.
-- $1 district, $2 issue ids
UPDATE outbox o
   SET state = 4
  FROM unnest($2::bigint[]) AS k (issue_id)
 CROSS JOIN LATERAL (
       SELECT ctid FROM outbox WHERE district_id = $1::int AND issue_id = k.issue_id AND state = 1 OFFSET 0) t
 WHERE o.district_id = $1::int AND o.ctid = t.ctid
