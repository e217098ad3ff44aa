-- The district and its now, read last, behind all locks: the one seam at which time enters a batch.
-- $1 district
-- now, shift, release, keys version, bounds of the partitions
SELECT clock_timestamp() + d.clock_shift_us * interval '1 microsecond', d.clock_shift_us, d.release,
       d.keys_version, h.receipts_from, h.receipts_until, coalesce(h.journal_until, 0)
  FROM district d
  LEFT JOIN horizon h ON h.district_id = $1::int
 WHERE d.district_id = $1::int
