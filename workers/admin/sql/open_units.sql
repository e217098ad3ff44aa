-- Units of open issues: $1 district_id. id, code, how many issues
SELECT u.id, u.code, count(*)
  FROM (SELECT id, holder_unit AS unit FROM issue WHERE district_id = $1::int AND holder_unit IS NOT NULL
        UNION SELECT id, lead_unit FROM issue WHERE district_id = $1::int AND holder_unit IS NOT NULL
        UNION SELECT id, entry_unit FROM issue WHERE district_id = $1::int AND holder_unit IS NOT NULL) i
  JOIN (SELECT DISTINCT id, code FROM unit WHERE district_id = $1::int) u ON u.id = i.unit
 GROUP BY u.id, u.code
