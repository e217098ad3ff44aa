-- The same device, a new key: $1 district_id, $2 number, $3 code key (hex), $4 until. number
UPDATE device SET state = 1, key = NULL, code_key = decode($3, 'hex'), code_expires_at = $4::timestamptz
 WHERE district_id = $1::int AND number = $2::int
RETURNING number
