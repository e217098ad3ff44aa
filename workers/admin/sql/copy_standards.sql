-- Bulk rows of standard.
COPY standard (district_id, edition, id, class_code, class_name, condition_code, condition, close_condition, area_class, severity, limit_kind, limit_amount, calendar, runs_from, checked, evidence, candidates) FROM STDIN
