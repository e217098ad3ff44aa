-- One huying-admin migrates at a time; held until it disconnects.
SELECT pg_advisory_lock(hashtextextended('huying.migrate', 0))
