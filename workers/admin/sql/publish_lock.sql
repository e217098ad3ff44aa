-- Holds the district for a publication: $1 district_id. release, now in microseconds (shift included)
SELECT release, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint + clock_shift_us
  FROM district WHERE district_id = $1::int FOR UPDATE
