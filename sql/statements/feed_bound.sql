-- Up to where every transaction has ended: what is behind it can be read once and for all.
-- (no parameters)
-- number of the first transaction that may still be under way;
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint
