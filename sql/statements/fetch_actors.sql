-- Who speaks: the device of each key, or of each enrolment code's key, and its actor, as of now. So a
-- revocation holds from the next message on.
-- $1 district, $2 keys
-- n (1 = first key), actor columns
SELECT k.n, @actor_columns@
  FROM unnest($2::bytea[]) WITH ORDINALITY AS k (key, n)
 CROSS JOIN LATERAL (
        SELECT number, actor, state, false AS by_code, key, code_expires_at
          FROM device
         WHERE district_id = $1::int AND key = k.key
        UNION ALL
        SELECT number, actor, state, true, key, code_expires_at
          FROM device
         WHERE district_id = $1::int AND code_key = k.key
         LIMIT 1) d
 CROSS JOIN LATERAL (
        SELECT * FROM actor WHERE district_id = $1::int AND id = d.actor LIMIT 1) a
