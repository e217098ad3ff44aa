-- Policies of the editions needed.
-- $1 district, $2 now, $3 releases that open issues pin
-- edition, then one column a field
SELECT edition, name, tier, value, limit_kind, limit_amount, calendar
  FROM policy
 WHERE district_id = $1::int AND edition IN (SELECT policies FROM release_needed($1::int, $2::timestamptz, $3::int[]))
 ORDER BY edition, name, tier
