-- One person: $1 district_id, $2 id, $3 code, $4 name, $5 unit, $6 area, $7 roles. Disabled stays disabled.
INSERT INTO actor (district_id, id, code, name, unit, area, roles)
VALUES ($1::int, $2::int, $3, $4, $5::int, $6::int, $7::int)
ON CONFLICT (district_id, id) DO UPDATE
   SET name = excluded.name, unit = excluded.unit, area = excluded.area, roles = excluded.roles
