-- $1 district_id, $2 family, $3 edition, $4 author, $5 digest (hex), $6 source, $7 instant
INSERT INTO edition (district_id, family, edition, author, digest, source, published_at)
VALUES ($1::int, $2, $3::int, $4, decode($5, 'hex'), $6, $7::timestamptz)
