-- The release in force, those to come, and the ones that open issues pin.
-- $1 district, $2 now, $3 releases that open issues pin
-- number, effective_at, edition of each family
SELECT number, effective_at, places, units, standards, routes, ladders, policies, calendars
  FROM release_needed($1::int, $2::timestamptz, $3::int[])
 ORDER BY number
