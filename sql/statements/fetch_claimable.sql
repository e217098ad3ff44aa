-- Locks the first free tasks of each unit for which "claim next" is asked: a few more than the claims.
-- $1 district, $2 key of each claim, $3 rows more than claims
-- issue columns
SELECT @issue_columns@
  FROM (SELECT a.unit, count(*) AS claims
          FROM unnest($2::bytea[]) AS k (key)
          JOIN device d ON d.district_id = $1::int AND d.key = k.key
          JOIN actor a ON a.district_id = $1::int AND a.id = d.actor
         GROUP BY a.unit) u
 CROSS JOIN LATERAL (
        SELECT *
          FROM issue
         WHERE district_id = $1::int AND holder_unit = u.unit AND holder_desk = 3 AND handler IS NULL
         ORDER BY rank
         LIMIT u.claims + $3::int
           FOR UPDATE SKIP LOCKED) i
 ORDER BY i.holder_unit, i.rank
