-- Bulk rows of place_polygon.
COPY place_polygon (district_id, edition, place, n, geometry) FROM STDIN
