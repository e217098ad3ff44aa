-- Moves a test district: $1 district_id, $2 its shift in microseconds. now there (RFC 3339)
UPDATE district SET clock_shift_us = $2::bigint WHERE district_id = $1::int
RETURNING to_char(clock_timestamp() + clock_shift_us * interval '1 microsecond', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
