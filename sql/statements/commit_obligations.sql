-- Units that are to assist get an obligation each, unless they have an open one on this issue.
-- $1 district, then one array a column
INSERT INTO obligation (district_id, issue_id, n, rank, unit, desk, kind, state, clocks)
SELECT $1::int, r.issue_id, o.top + row_number() OVER (PARTITION BY r.issue_id ORDER BY r.unit),
       r.rank, r.unit, 3, 1, 1, r.clocks
  FROM (SELECT DISTINCT ON (issue_id, unit) *
          FROM unnest($2::bigint[], $3::bigint[], $4::int[], $5::bytea[]) AS u (issue_id, rank, unit, clocks)
         ORDER BY issue_id, unit) r
 CROSS JOIN LATERAL (
        SELECT coalesce(max(n), 0) AS top, count(*) FILTER (WHERE unit = r.unit AND state = 1) AS open
          FROM obligation
         WHERE district_id = $1::int AND issue_id = r.issue_id) o
 WHERE o.open = 0
