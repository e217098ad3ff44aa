-- The issues that changed in ended transactions: each as it stands now, and where it was before.
-- $1 district, $2 from this transaction on, $3 decisions at most
-- look columns; then of the decisions read: end of what was looked at (transaction), the last one's transaction,
-- their number, the version before the first, the units that held it, its earliest due (infinity: it had none)
WITH bound AS MATERIALIZED (SELECT pg_snapshot_xmin(pg_current_snapshot()) AS until),
     decision AS MATERIALIZED (
        SELECT j.issue_id, j.version, j.holder_unit, j.due_at, j.tx
          FROM journal j, bound
         WHERE j.district_id = $1::int AND j.tx >= ($2::bigint)::text::xid8 AND j.tx < bound.until
         ORDER BY j.tx
         LIMIT $3::int),
     changed AS (
        SELECT d.issue_id, min(d.version) - 1 AS before, array_agg(d.holder_unit) AS units, min(d.due_at) AS due_at
          FROM decision d
         GROUP BY d.issue_id)
SELECT @look_columns@,
       (SELECT until FROM bound)::text::bigint, (SELECT max(tx::text::bigint) FROM decision),
       (SELECT count(*) FROM decision), c.before,
       array_to_string(c.units || p.holder_unit, ' '),
       least(c.due_at, p.due_at)
  FROM changed c
 CROSS JOIN LATERAL (
        SELECT * FROM issue WHERE district_id = $1::int AND id = c.issue_id LIMIT 1) i
  LEFT JOIN LATERAL (
        SELECT holder_unit, due_at
          FROM journal
         WHERE district_id = $1::int AND issue_id = c.issue_id AND version = c.before
         LIMIT 1) p ON true
  @look_joins@
