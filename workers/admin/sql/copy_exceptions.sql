-- Bulk rows of calendar_exception.
COPY calendar_exception (district_id, edition, calendar, date, kind, from_minute, until_minute, name) FROM STDIN
