-- Writes the issues that the batch changed, each once, as its last decision left it. They are locked; the
-- version seen by FETCH is compared all the same. Each is looked up by its key and written at its place
-- (ctid): a plain join would be planned as a scan of the whole district while the table is small. A row
-- that was decided about is no longer set aside.
-- $1 district, $2 how many, $3 version seen, then one array a column
WITH made AS (
    UPDATE issue i
       SET quarantined = false,
        version = r.version, rank = r.rank, observed_at = r.observed_at, received_at =
        r.received_at, last_at = r.last_at, due_at = r.due_at, warn_at = r.warn_at, next_due_at
        = r.next_due_at, outside_due_at = r.outside_due_at, parent = r.parent, merged_into =
        r.merged_into, holder_unit = r.holder_unit, handler = r.handler, place = r.place,
        area_district = r.area_district, area_town = r.area_town, area_community =
        r.area_community, area_grid = r.area_grid, latitude = r.latitude, longitude =
        r.longitude, standard = r.standard, reporter = r.reporter, answered_by = r.answered_by,
        entry_unit = r.entry_unit, lead_unit = r.lead_unit, release = r.release, state =
        r.state, holder_desk = r.holder_desk, tier = r.tier, severity = r.severity, cause =
        r.cause, returns = r.returns, renewals = r.renewals, redos = r.redos, class_code =
        r.class_code, clocks = r.clocks
      FROM unnest($3::int[], $4::int[], $5::bigint[], $6::bigint[], $7::timestamptz[], $8::timestamptz[],
            $9::timestamptz[], $10::timestamptz[], $11::timestamptz[], $12::timestamptz[],
            $13::timestamptz[], $14::bigint[], $15::bigint[], $16::int[], $17::int[],
            $18::int[], $19::int[], $20::int[], $21::int[], $22::int[], $23::int[], $24::int[],
            $25::int[], $26::int[], $27::int[], $28::int[], $29::int[], $30::int[], $31::int[],
            $32::int[], $33::int[], $34::int[], $35::int[], $36::int[], $37::int[], $38::int[],
            $39::text[], $40::bytea[])
           AS r (seen, version, id, rank, observed_at, received_at, last_at, due_at, warn_at, next_due_at,
            outside_due_at, parent, merged_into, holder_unit, handler, place, area_district,
            area_town, area_community, area_grid, latitude, longitude, standard, reporter,
            answered_by, entry_unit, lead_unit, release, state, holder_desk, tier, severity,
            cause, returns, renewals, redos, class_code, clocks)
     CROSS JOIN LATERAL (
           SELECT ctid FROM issue
            WHERE district_id = $1::int AND id = r.id AND version = r.seen
            LIMIT 1) t
     WHERE i.district_id = $1::int AND i.ctid = t.ctid
    RETURNING 1)
SELECT receipts_complete((SELECT count(*) FROM made), $2::bigint)
