-- Is the table of applied migrations there (1) or not (0)?
SELECT (to_regclass('huying.migration') IS NOT NULL)::int
