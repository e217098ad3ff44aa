-- Units that are to assist get an obligation each, unless they have an open one on this issue.
-- $1 district, then one array a column
INSERT INTO obligation (district_id, issue_id, n, rank, unit, desk, kind, state, clocks)
SELECT $1::int, r.issue_id,
       coalesce((SELECT max(o.n) FROM obligation o
                  WHERE o.district_id = $1::int AND o.issue_id = r.issue_id), 0)
       + row_number() OVER (PARTITION BY r.issue_id ORDER BY r.unit),
       r.rank, r.unit, 3, 1, 1, r.clocks
  FROM (SELECT DISTINCT ON (issue_id, unit) *
          FROM unnest($2::bigint[], $3::bigint[], $4::int[], $5::bytea[]) AS u (issue_id, rank, unit, clocks)
         ORDER BY issue_id, unit) r
 WHERE NOT EXISTS (SELECT FROM obligation o
                    WHERE o.district_id = $1::int AND o.issue_id = r.issue_id AND o.unit = r.unit
                      AND o.state = 1)
