-- The earliest instant, behind the bound of the due issues, at which anything must happen.
-- $1 district, $2 behind this instant
-- next_due_at
SELECT next_due_at
  FROM issue
 WHERE district_id = $1::int AND next_due_at > $2::timestamptz
 ORDER BY next_due_at
 LIMIT 1
