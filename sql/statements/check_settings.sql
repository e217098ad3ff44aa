-- What must be true of a server before it is trusted.
-- server version, synchronous_commit, fsync, full_page_writes, encoding, in recovery, is superuser, migration table there
SELECT current_setting('server_version_num')::int, current_setting('synchronous_commit'),
       current_setting('fsync'), current_setting('full_page_writes'), current_setting('server_encoding'),
       pg_is_in_recovery(), current_setting('is_superuser') = 'on',
       to_regclass('huying.migration') IS NOT NULL
