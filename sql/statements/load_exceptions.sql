-- Dated exceptions of the calendars.
-- $1 district, $2 now, $3 releases that open issues pin
-- edition, calendar, date (days since 1970-01-01), kind, from, until (minutes)
SELECT edition, calendar, date - date '1970-01-01', kind, from_minute, until_minute
  FROM calendar_exception
 WHERE district_id = $1::int AND edition IN (SELECT calendars FROM release_needed($1::int, $2::timestamptz, $3::int[]))
 ORDER BY edition, calendar, date, from_minute
