-- Contact data of an issue's reporter; the function records who looked, when and why.
-- $1 district, $2 issue id, $3 actor, $4 device, $5 reason
-- name, telephone, address
SELECT c.name, c.telephone, c.address
  FROM district t
 CROSS JOIN LATERAL contact_read($1::int, $2::bigint, $3::int, $4::int,
            now() + t.clock_shift_us * interval '1 microsecond', $5::text) c
 WHERE t.district_id = $1::int
