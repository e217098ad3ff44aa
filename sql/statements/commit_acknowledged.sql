-- Notices that a person has seen are delivered.
-- $1 district, then one array a column
UPDATE delivery t
   SET state = 3, ended_at = r.at
  FROM unnest($2::bigint[], $3::timestamptz[]) AS r (id, at)
 WHERE t.district_id = $1::int AND t.id = r.id AND t.state = 7
