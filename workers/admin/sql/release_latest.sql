-- The newest release of a district: $1 district_id. number, effective in microseconds, editions.
SELECT number, (extract(epoch FROM effective_at) * 1000000)::bigint,
       places, units, standards, routes, ladders, policies, calendars
  FROM release WHERE district_id = $1::int ORDER BY number DESC LIMIT 1
