-- Columns of a calendars file: $1 district_id, $2 edition. The calendar 24x7 is not told.
WITH mine AS (
    SELECT * FROM calendar WHERE district_id = $1::int AND edition = $2::int AND code <> '24x7'
), days AS (
    SELECT ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] AS names
), told AS (
    SELECT c.code, 1 AS part, w.weekday AS sort, days.names[w.weekday] AS day, 'window' AS kind,
           w.from_minute::int AS opens, w.until_minute::int AS closes, '' AS name
      FROM days, mine c JOIN calendar_window w ON w.district_id = c.district_id AND w.edition = c.edition AND w.calendar = c.id
    UNION ALL
    SELECT c.code, 2, e.date - date '1970-01-01', e.date::text, (ARRAY['holiday', 'makeup_workday', 'special'])[e.kind],
           CASE WHEN e.kind = 3 THEN e.from_minute END, CASE WHEN e.kind = 3 THEN e.until_minute END, e.name
      FROM mine c JOIN calendar_exception e ON e.district_id = c.district_id AND e.edition = c.edition AND e.calendar = c.id
    UNION ALL
    SELECT c.code, 0, s.sort, s.day, 'setting', NULL, NULL, s.value
      FROM mine c, days, LATERAL (VALUES (1, 'zone', c.zone), (2, 'makeup_weekday', days.names[c.makeup_weekday]),
               (3, 'first_date', c.first_date::text), (4, 'last_date', c.last_date::text),
               (5, 'known_until', c.known_until::text)) s (sort, day, value)
)
SELECT code AS calendar, day, kind,
       coalesce(lpad((opens / 60)::text, 2, '0') || ':' || lpad((opens % 60)::text, 2, '0'), '') AS opens,
       coalesce(lpad((closes / 60)::text, 2, '0') || ':' || lpad((closes % 60)::text, 2, '0'), '') AS closes, name
  FROM told ORDER BY code, part, sort, told.opens
