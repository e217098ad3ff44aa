-- Bulk rows of calendar_window.
COPY calendar_window (district_id, edition, calendar, weekday, from_minute, until_minute) FROM STDIN
