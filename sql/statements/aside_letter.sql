-- Keeps the dead letter of a refused command: its digest and the SQLSTATE, nothing of its content.
-- $1 district, $2 at, $3 sqlstate, $4 event, $5 issue id, $6 device, $7 request, $8 digest
INSERT INTO dead_letter (district_id, at, sqlstate, event, issue_id, device, request, digest)
VALUES ($1::int, $2::timestamptz, $3::text, $4::int, $5::bigint, $6::int, $7::uuid, $8::bytea)
