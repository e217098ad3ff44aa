-- Transitions of the zones, of the calendars and of the district itself.
-- $1 district, $2 now, $3 releases that open issues pin
-- edition, zone, from, offset in seconds
SELECT edition, zone, from_at, offset_seconds
  FROM zone_transition
 WHERE district_id = $1::int AND edition IN (SELECT calendars FROM release_needed($1::int, $2::timestamptz, $3::int[]))
 ORDER BY edition, zone, from_at
