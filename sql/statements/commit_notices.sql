-- What must be told; each recipient once for each firing, by the unique key.
-- $1 district, then one array a column
INSERT INTO outbox (district_id, issue_id, version, kind, channel, clock, generation, step, unit, role,
                    actor, state, at)
SELECT $1::int, r.*
  FROM unnest($2::bigint[], $3::int[], $4::int[], $5::int[], $6::int[], $7::int[], $8::int[], $9::int[],
              $10::int[], $11::int[], $12::int[], $13::timestamptz[]) AS r
    ON CONFLICT DO NOTHING
