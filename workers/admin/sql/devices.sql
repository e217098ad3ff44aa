-- Devices: $1 district_id, $2 code of the actor, or NULL for all. actor, number, name, state, key (hex), code until
SELECT a.code, d.number, d.name, (ARRAY['enrolling', 'active', 'revoked'])[d.state], coalesce(encode(d.key, 'hex'), ''),
       coalesce(to_char(d.code_expires_at, 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), '')
  FROM device d JOIN actor a ON a.district_id = d.district_id AND a.id = d.actor
 WHERE d.district_id = $1::int AND ($2::text IS NULL OR a.code = $2)
 ORDER BY a.code, d.number
