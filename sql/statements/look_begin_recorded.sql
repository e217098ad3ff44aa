-- One snapshot for a look that is recorded.
BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE
