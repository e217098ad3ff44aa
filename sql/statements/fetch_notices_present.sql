-- The same without locks: what is here and was not locked is in other hands.
-- $1 district, $2 notice ids, $3 keys
-- n (1 = first id)
SELECT k.n
  FROM unnest($2::bigint[], $3::bytea[]) WITH ORDINALITY AS k (id, key, n)
 CROSS JOIN LATERAL (
        SELECT actor FROM device WHERE district_id = $1::int AND key = k.key LIMIT 1) d
 CROSS JOIN LATERAL (
        SELECT 1
          FROM delivery
         WHERE district_id = $1::int AND id = k.id AND actor = d.actor AND channel = 1 AND state = 7
         LIMIT 1) t
