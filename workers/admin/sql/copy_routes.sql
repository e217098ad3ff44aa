-- Bulk rows of route.
COPY route (district_id, edition, n, priority, class_code, place, severity, lead, lead_kind, assist, auto_file, auto_dispatch) FROM STDIN
