-- Locks the earliest due issues. Both bounds are parameters, so that the index serves them and a poll
-- keeps away from dead entries.
-- $1 district, $2 behind this instant, $3 up to this one, $4 rows at most
-- issue columns
SELECT @issue_columns@
  FROM issue i
 WHERE i.district_id = $1::int AND i.next_due_at > $2::timestamptz AND i.next_due_at <= $3::timestamptz
 ORDER BY i.next_due_at
 LIMIT $4::int
   FOR UPDATE SKIP LOCKED
