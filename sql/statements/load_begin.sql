-- One snapshot for a load: rules and keys are read as they were at one instant.
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY
