-- An edition for people: $1 district_id, $2 family, $3 edition. author, digest (hex), source, when
SELECT author, encode(digest, 'hex'), source, to_char(published_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
  FROM edition WHERE district_id = $1::int AND family = $2 AND edition = $3::int
