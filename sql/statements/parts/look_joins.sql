LEFT JOIN LATERAL (
        SELECT text FROM journal WHERE district_id = $1::int AND issue_id = i.id AND version = 1 LIMIT 1) j ON true
  LEFT JOIN LATERAL (
        SELECT code, name FROM actor WHERE district_id = $1::int AND id = i.handler LIMIT 1) h ON true
  LEFT JOIN LATERAL (
        SELECT code FROM actor WHERE district_id = $1::int AND id = i.reporter LIMIT 1) r ON true
