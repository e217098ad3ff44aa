-- The migrations this database has: number, digest (hex)
SELECT number, encode(digest, 'hex') FROM huying.migration ORDER BY number
