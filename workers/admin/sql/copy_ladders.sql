-- Bulk rows of ladder_step.
COPY ladder_step (district_id, edition, ladder, n, clock, class_code, severity, anchor, percent, offset_us, calendar, action, audience, audience_up, repeat) FROM STDIN
