-- A district, new or changed: $1 code, $2 name, $3 zone. Was it new?
INSERT INTO district (district_id, code, name, zone)
VALUES ((SELECT coalesce(max(district_id), 0) + 1 FROM district), $1, $2, $3)
ON CONFLICT (code) DO UPDATE SET name = excluded.name, zone = excluded.zone
RETURNING district_id, xmax = 0
