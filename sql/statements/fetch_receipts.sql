-- Receipts of these requests. Read behind the locks: a statement that waited for a lock would see the
-- new issue but not yet the new receipt.
-- $1 district, $2 request of each command, $3 key of each
-- n (1 = first request), digest, reply
SELECT k.n, r.digest, r.reply
  FROM unnest($2::uuid[], $3::bytea[]) WITH ORDINALITY AS k (request, key, n)
 CROSS JOIN LATERAL (
        SELECT number FROM device WHERE district_id = $1::int AND key = k.key LIMIT 1) d
 CROSS JOIN LATERAL (
        SELECT digest, reply
          FROM receipt
         WHERE district_id = $1::int AND request = k.request AND device = d.number
         LIMIT 1) r
