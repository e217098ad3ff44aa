-- Makes a batch lasting. Nothing is told before its answer is there.
COMMIT
