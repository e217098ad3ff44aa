-- A release for people: $1 district_id, $2 number, or NULL for the one in force.
SELECT r.number, to_char(r.effective_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), r.author, r.what,
       r.places, r.units, r.standards, r.routes, r.ladders, r.policies, r.calendars
  FROM release r JOIN district d USING (district_id)
 WHERE r.district_id = $1::int
   AND (r.number = $2::int OR ($2 IS NULL
        AND r.effective_at <= clock_timestamp() + d.clock_shift_us * interval '1 microsecond'))
 ORDER BY r.number DESC LIMIT 1
