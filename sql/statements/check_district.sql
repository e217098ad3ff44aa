-- The district served by this process; no row when the database has none of this code.
-- $1 code
-- district id, now, shift, release, keys version
SELECT district_id, clock_timestamp() + clock_shift_us * interval '1 microsecond', clock_shift_us, release,
       keys_version
  FROM district
 WHERE code = $1::text
