-- Bulk rows of calendar.
COPY calendar (district_id, edition, tzdata, id, code, zone, makeup_weekday, first_date, last_date, known_until) FROM STDIN
