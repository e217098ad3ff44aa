-- Columns of a units file: $1 district_id, $2 edition of units.
SELECT u.code, u.name, u.kind, v.word AS tier, coalesce(q.code, '') AS parent_code,
       coalesce(p.code, '') AS place_code,
       CASE WHEN u.from_at = timestamptz 'epoch' THEN ''
            ELSE to_char(u.from_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') END AS "from",
       coalesce(to_char(u.until_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '') AS until,
       coalesce(s.code, '') AS successor_code
  FROM unit u
  JOIN vocab v ON v.kind = 'tier' AND v.number = u.tier
  LEFT JOIN unit q ON q.district_id = u.district_id AND q.edition = u.edition AND q.id = u.parent
  LEFT JOIN unit s ON s.district_id = u.district_id AND s.edition = u.edition AND s.id = u.successor
  LEFT JOIN (SELECT DISTINCT code, id FROM place WHERE district_id = $1::int) p ON p.id = u.place
 WHERE u.district_id = $1::int AND u.edition = $2::int
 ORDER BY u.id
