-- $1 district_id. the database's own time in microseconds, shift
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, clock_shift_us
  FROM district WHERE district_id = $1::int
