-- Calendars of the editions needed; dates as days since 1970-01-01.
-- $1 district, $2 now, $3 releases that open issues pin
-- edition, then one column a field
SELECT edition, id, code, zone, makeup_weekday, first_date - date '1970-01-01', last_date - date '1970-01-01',
       known_until - date '1970-01-01'
  FROM calendar
 WHERE district_id = $1::int AND edition IN (SELECT calendars FROM release_needed($1::int, $2::timestamptz, $3::int[]))
 ORDER BY edition, id
