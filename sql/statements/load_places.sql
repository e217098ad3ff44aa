-- Places of the editions needed.
-- $1 district, $2 now, $3 releases that open issues pin
-- edition, then one column a field
SELECT edition, id, parent, tier, code, name, kind
  FROM place
 WHERE district_id = $1::int AND edition IN (SELECT places FROM release_needed($1::int, $2::timestamptz, $3::int[]))
 ORDER BY edition, id
