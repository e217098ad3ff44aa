-- Sets right when to look again, where a clock's event no longer applied.
-- $1 district, then one array a column
UPDATE issue i
   SET next_due_at = r.next_due_at, due_at = r.due_at, warn_at = r.warn_at
  FROM unnest($2::bigint[], $3::timestamptz[], $4::timestamptz[], $5::timestamptz[])
       AS r (id, next_due_at, due_at, warn_at)
 CROSS JOIN LATERAL (
       SELECT ctid FROM issue WHERE district_id = $1::int AND id = r.id LIMIT 1) t
 WHERE i.district_id = $1::int AND i.ctid = t.ctid
