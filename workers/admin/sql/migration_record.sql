-- $1 number, $2 name of the file, $3 its digest (hex)
INSERT INTO huying.migration (number, name, digest, applied_at)
VALUES ($1::int, $2, decode($3, 'hex'), clock_timestamp())
