-- Ends a batch of which nothing is written, and its locks.
ROLLBACK
