-- Codes of an edition of calendars: $1 district_id, $2 edition.
SELECT code, id FROM calendar WHERE district_id = $1::int AND edition = $2::int
