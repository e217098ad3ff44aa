-- The newest migration applied.
-- number
SELECT coalesce(max(number), -1)
  FROM migration
