-- Ladders of the editions needed, step by step.
-- $1 district, $2 now, $3 releases that open issues pin
-- edition, then one column a field
SELECT edition, ladder, clock, class_code, severity, anchor, percent, offset_us, action, audience, audience_up,
       repeat, calendar
  FROM ladder_step
 WHERE district_id = $1::int AND edition IN (SELECT ladders FROM release_needed($1::int, $2::timestamptz, $3::int[]))
 ORDER BY edition, ladder, n
