-- Bulk rows of place.
COPY place (district_id, edition, id, parent, tier, code, name, kind) FROM STDIN
