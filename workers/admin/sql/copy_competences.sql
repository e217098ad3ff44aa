-- Bulk rows of competence.
COPY competence (district_id, edition, n, unit, kind, class_code, place, priority, duty) FROM STDIN
