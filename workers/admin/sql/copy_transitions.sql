-- Bulk rows of zone_transition.
COPY zone_transition (district_id, edition, zone, from_at, offset_seconds) FROM STDIN
