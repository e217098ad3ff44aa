-- Bulk rows of unit.
COPY unit (district_id, edition, id, parent, tier, place, successor, code, name, kind, from_at, until_at) FROM STDIN
