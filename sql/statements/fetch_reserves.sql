-- Which of the numbers that reports brought along are of their device's reserve.
-- $1 district, $2 issue id of each report, $3 key of each
-- n (1 = first report)
SELECT k.n
  FROM unnest($2::bigint[], $3::bytea[]) WITH ORDINALITY AS k (id, key, n)
  JOIN device d ON d.district_id = $1::int AND d.key = k.key
 CROSS JOIN LATERAL (
        SELECT device, last_id
          FROM reserve
         WHERE district_id = $1::int AND first_id <= k.id
         ORDER BY first_id DESC
         LIMIT 1) r
 WHERE r.device = d.number AND r.last_id >= k.id
