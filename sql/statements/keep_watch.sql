-- Did the rules or the keys change? And what time is it?
-- $1 district
-- as fetch_district
SELECT clock_timestamp() + d.clock_shift_us * interval '1 microsecond', d.clock_shift_us, d.release,
       d.keys_version, h.receipts_from, h.receipts_until, coalesce(h.journal_until, 0)
  FROM district d
  LEFT JOIN horizon h ON h.district_id = $1::int
 WHERE d.district_id = $1::int
