-- Which of the named issues exist, locked or not, and who handles them.
-- $1 district, $2 issue ids
-- id, code and name of the handler (empty without one)
SELECT i.id, coalesce(a.code, ''), coalesce(a.name, '')
  FROM unnest($2::bigint[]) AS k (id)
 CROSS JOIN LATERAL (
        SELECT id, handler FROM issue WHERE district_id = $1::int AND id = k.id LIMIT 1) i
  LEFT JOIN LATERAL (
        SELECT code, name FROM actor WHERE district_id = $1::int AND id = i.handler LIMIT 1) a ON true
