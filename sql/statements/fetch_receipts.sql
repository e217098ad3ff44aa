-- Receipts of these requests. Read behind the locks: a statement that waited for a lock would see the
-- new issue but not yet the new receipt.
-- $1 district, $2 request of each command, $3 key of each
-- n (1 = first request), digest, reply
SELECT k.n, r.digest, r.reply
  FROM unnest($2::uuid[], $3::bytea[]) WITH ORDINALITY AS k (request, key, n)
  JOIN device d ON d.district_id = $1::int AND d.key = k.key
  JOIN receipt r ON r.district_id = $1::int AND r.request = k.request AND r.device = d.number
