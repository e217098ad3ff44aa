-- Digest (hex) of an edition and the newest edition's number: $1 district_id, $2 family, $3 edition in force.
SELECT (SELECT encode(digest, 'hex') FROM edition WHERE district_id = $1::int AND family = $2 AND edition = $3::int),
       coalesce(max(edition), 0)
  FROM edition WHERE district_id = $1::int AND family = $2
