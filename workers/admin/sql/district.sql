-- The district as published: $1 its code.
SELECT district_id, code, name, zone, release, clock_shift_us FROM district WHERE code = $1
