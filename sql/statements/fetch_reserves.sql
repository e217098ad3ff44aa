-- Which of the numbers that reports brought along are of their device's reserve.
-- $1 district, $2 issue id of each report, $3 key of each
-- n (1 = first report), whether it is
SELECT k.n, r.device = d.number AND r.last_id >= k.id
  FROM unnest($2::bigint[], $3::bytea[]) WITH ORDINALITY AS k (id, key, n)
 CROSS JOIN LATERAL (
        SELECT number FROM device WHERE district_id = $1::int AND key = k.key LIMIT 1) d
 CROSS JOIN LATERAL (
        SELECT device, last_id
          FROM reserve
         WHERE district_id = $1::int AND first_id <= k.id
         ORDER BY first_id DESC
         LIMIT 1) r
