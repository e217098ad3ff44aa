-- Weekly windows of the calendars.
-- $1 district, $2 now, $3 releases that open issues pin
-- edition, calendar, weekday, from, until (minutes)
SELECT edition, calendar, weekday, from_minute, until_minute
  FROM calendar_window
 WHERE district_id = $1::int AND edition IN (SELECT calendars FROM release_needed($1::int, $2::timestamptz, $3::int[]))
 ORDER BY edition, calendar, weekday, from_minute
