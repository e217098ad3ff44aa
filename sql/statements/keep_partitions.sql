-- Makes the partitions that the coming weeks need, and drops those past their time.
-- $1 district, $2 now, $3 highest issue id in hand
SELECT keep_partitions($1::int, $2::timestamptz, $3::bigint)
