-- Notices that a person has seen are delivered.
-- $1 district, then one array a column
UPDATE delivery t
   SET state = 3, ended_at = r.at
  FROM unnest($2::bigint[], $3::timestamptz[]) AS r (id, at)
 CROSS JOIN LATERAL (
        SELECT ctid FROM delivery WHERE district_id = $1::int AND id = r.id LIMIT 1) AS x (place)
 WHERE t.ctid = x.place AND t.state = 7
