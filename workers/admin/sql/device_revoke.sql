-- Revokes one device of an actor, by number or name: $1 district_id, $2 actor's code, $3 which. number
UPDATE device d SET state = 3
  FROM actor a
 WHERE d.district_id = $1::int AND a.district_id = d.district_id AND a.id = d.actor AND a.code = $2
   AND (d.number::text = $3 OR d.name = $3)
RETURNING d.number
