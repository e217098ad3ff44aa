-- Which outside references made an issue before.
-- $1 district, $2 source of each report, $3 reference of each
-- n (1 = first report), issue id
SELECT k.n, e.issue_id
  FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS k (source, reference, n)
 CROSS JOIN LATERAL (
        SELECT issue_id
          FROM external
         WHERE district_id = $1::int AND source = k.source AND reference = k.reference
         LIMIT 1) e
