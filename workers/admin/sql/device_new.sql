-- A device that waits for its code: $1 district_id, $2 actor id, $3 name, $4 code key (hex), $5 until. number
INSERT INTO device (district_id, number, actor, name, code_key, code_expires_at, state)
VALUES ($1::int, (SELECT coalesce(max(number), 0) + 1 FROM device WHERE district_id = $1::int), $2::int, $3,
        decode($4, 'hex'), $5::timestamptz, 1)
RETURNING number
