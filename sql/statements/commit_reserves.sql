-- Hands blocks of issue ids to devices.
-- $1 district, then one array a column
INSERT INTO reserve (district_id, first_id, last_id, device)
SELECT $1::int, r.*
  FROM unnest($2::bigint[], $3::bigint[], $4::int[]) AS r
