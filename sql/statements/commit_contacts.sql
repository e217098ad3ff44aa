-- Lays the reporter's contact data apart; the daemon itself cannot read that table.
-- $1 district, then one array a column
SELECT contact_write($1::int, r.issue_id, r.name, r.telephone, r.address)
  FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[]) AS r (issue_id, name, telephone, address)
