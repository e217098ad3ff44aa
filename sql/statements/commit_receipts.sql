-- Stores the replies. The rows come sorted by key, so two batches cannot wait for each other; a receipt
-- that was there already ends the batch, which is then done again from FETCH.
-- $1 district, $2 how many, then one array a column
WITH made AS (
    INSERT INTO receipt (district_id, device, request, issue_id, digest, reply)
    SELECT $1::int, r.*
      FROM unnest($3::int[], $4::uuid[], $5::bigint[], $6::bytea[], $7::bytea[]) AS r
        ON CONFLICT DO NOTHING
    RETURNING 1)
SELECT receipts_complete((SELECT count(*) FROM made), $2::bigint)
