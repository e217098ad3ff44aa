-- Does PostgreSQL know this zone by name? $1
SELECT count(*) FROM pg_timezone_names WHERE name = $1
