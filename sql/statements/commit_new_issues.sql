-- Writes the issues that the batch made. A number that somebody else took meanwhile ends the batch.
-- $1 district, $2 how many, then one array a column
WITH made AS (
    INSERT INTO issue (district_id, version, id, rank, observed_at, received_at, last_at, due_at, warn_at, next_due_at,
        outside_due_at, parent, merged_into, holder_unit, handler, place, area_district,
        area_town, area_community, area_grid, latitude, longitude, standard, reporter,
        answered_by, entry_unit, lead_unit, release, state, holder_desk, tier, severity, cause,
        returns, renewals, redos, class_code, clocks)
    SELECT $1::int, r.*
      FROM unnest($3::int[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::timestamptz[],
            $8::timestamptz[], $9::timestamptz[], $10::timestamptz[], $11::timestamptz[],
            $12::timestamptz[], $13::bigint[], $14::bigint[], $15::int[], $16::int[],
            $17::int[], $18::int[], $19::int[], $20::int[], $21::int[], $22::int[], $23::int[],
            $24::int[], $25::int[], $26::int[], $27::int[], $28::int[], $29::int[], $30::int[],
            $31::int[], $32::int[], $33::int[], $34::int[], $35::int[], $36::int[], $37::int[],
            $38::text[], $39::bytea[]) AS r
        ON CONFLICT DO NOTHING
    RETURNING 1)
SELECT receipts_complete((SELECT count(*) FROM made), $2::bigint)
