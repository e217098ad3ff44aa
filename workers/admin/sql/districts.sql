-- Codes of all districts, for a sentence.
SELECT coalesce(string_agg(code, ' ' ORDER BY code), '') FROM district
