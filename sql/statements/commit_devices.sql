-- Gives devices the keys that their codes brought, and spends the codes. A code that was spent on another
-- key meanwhile ends the batch.
-- $1 district, $2 how many, then one array a column
WITH made AS (
    UPDATE device d
       SET key = r.key, state = 2, code_expires_at = NULL,
           name = CASE WHEN r.name = '' THEN d.name ELSE r.name END
      FROM unnest($3::int[], $4::bytea[], $5::text[]) AS r (number, key, name)
     CROSS JOIN LATERAL (
           SELECT ctid FROM device
            WHERE district_id = $1::int AND number = r.number
              AND (state = 1 OR (state = 2 AND key = r.key))
            LIMIT 1
              FOR UPDATE) t
     WHERE d.district_id = $1::int AND d.ctid = t.ctid
    RETURNING 1)
SELECT receipts_complete((SELECT count(*) FROM made), $2::bigint)
