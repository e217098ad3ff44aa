-- 0000_roles: run once in a cluster by a superuser; everything after it runs as huying_owner.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'huying_owner') THEN
        CREATE ROLE huying_owner LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'huying_daemon') THEN
        CREATE ROLE huying_daemon LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'huying_notify') THEN
        CREATE ROLE huying_notify LOGIN;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'huying_read') THEN
        CREATE ROLE huying_read LOGIN;
    END IF;
END $$;
