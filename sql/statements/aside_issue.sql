-- Sets a due issue aside whose decision the database refuses; a person's next decision brings it back.
-- $1 district, $2 issue id
UPDATE issue
   SET next_due_at = NULL, quarantined = true
 WHERE district_id = $1::int AND id = $2::bigint
