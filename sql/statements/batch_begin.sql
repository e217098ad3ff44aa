-- Opens the transaction of a batch: each statement sees what was committed before it.
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE
