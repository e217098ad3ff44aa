-- Which of the named issues exist, locked or not, and who handles them.
-- $1 district, $2 issue ids
-- id, name of the handler (empty without one)
SELECT i.id, coalesce(a.name, '')
  FROM unnest($2::bigint[]) AS k (id)
 CROSS JOIN LATERAL (
        SELECT id, handler FROM issue WHERE district_id = $1::int AND id = k.id LIMIT 1) i
  LEFT JOIN LATERAL (
        SELECT name FROM actor WHERE district_id = $1::int AND id = i.handler LIMIT 1) a ON true
