-- Bulk rows of policy.
COPY policy (district_id, edition, name, tier, value, limit_kind, limit_amount, calendar) FROM STDIN
