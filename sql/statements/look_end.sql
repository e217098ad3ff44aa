-- Ends a look; one at contact data is told only behind this.
COMMIT
