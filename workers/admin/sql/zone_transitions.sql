-- Offsets of a zone from PostgreSQL's own data: $1 zone, $2 first and $3 last instant.
-- from_at (RFC 3339), offset in seconds: the offset at the first instant, then each change, found in
-- steps of six hours, then of a minute, then of a second.
WITH RECURSIVE step (depth, width) AS (
    VALUES (1, interval '6 hours'), (2, interval '1 minute'),
           (3, interval '1 second')
), change (depth, low, high, wall) AS (
    SELECT 0, $2::timestamptz, $3::timestamptz, NULL::int
    UNION ALL
    SELECT found.depth, found.low, found.high, found.wall
      FROM change c
      JOIN step s ON s.depth = c.depth + 1,
           LATERAL (
        SELECT s.depth, at - s.width AS low, at AS high, wall
          FROM (SELECT at, wall, lag(wall) OVER (ORDER BY at) AS before
                  FROM (SELECT at, extract(epoch FROM (at AT TIME ZONE $1) - (at AT TIME ZONE 'UTC'))::int AS wall
                          FROM generate_series(c.low, c.high, s.width) at) w) l
         WHERE wall <> before) found
)
SELECT to_char(at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), wall
  FROM (SELECT $2::timestamptz AS at,
               extract(epoch FROM ($2::timestamptz AT TIME ZONE $1) - ($2::timestamptz AT TIME ZONE 'UTC'))::int AS wall
        UNION ALL
        SELECT high, wall FROM change WHERE depth = 3) rows
 ORDER BY at
