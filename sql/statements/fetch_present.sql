-- Which of the named issues exist, locked or not, and who handles them.
-- $1 district, $2 issue ids
-- id, name of the handler (empty without one)
SELECT i.id, coalesce(a.name, '')
  FROM issue i
  LEFT JOIN actor a ON a.district_id = $1::int AND a.id = i.handler
 WHERE i.district_id = $1::int AND i.id = ANY ($2::bigint[])
