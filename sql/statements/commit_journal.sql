-- Appends one row a decision: what resulted. The transaction's number stands in `tx` by default.
-- $1 district, then one array a column
INSERT INTO journal (district_id, version, issue_id, at, due_at, next_due_at, request, holder_unit, handler, actor,
        device, release, core_version, event, state, tier, holder_desk, cause, reason, ledger,
        said, text_digest, text)
SELECT $1::int, r.*
  FROM unnest($2::int[], $3::bigint[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
        $7::uuid[], $8::int[], $9::int[], $10::int[], $11::int[], $12::int[], $13::int[],
        $14::int[], $15::int[], $16::int[], $17::int[], $18::int[], $19::int[], $20::bytea[],
        $21::text[], $22::bytea[], $23::text[]) AS r
