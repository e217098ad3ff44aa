-- Remembers which outside reference made which issue; one that is there already ends the batch.
-- $1 district, $2 how many, then one array a column
WITH made AS (
    INSERT INTO external (district_id, source, reference, issue_id, due_at)
    SELECT $1::int, r.*
      FROM unnest($3::text[], $4::text[], $5::bigint[], $6::timestamptz[]) AS r
        ON CONFLICT DO NOTHING
    RETURNING 1)
SELECT receipts_complete((SELECT count(*) FROM made), $2::bigint)
