-- Ends a load.
COMMIT
