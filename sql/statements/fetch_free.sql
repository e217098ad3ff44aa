-- How many free tasks each of these units has, locked ones too, counted no further than needed: before
-- "nothing to claim" is said, this agrees.
-- $1 district, $2 key of each claim, $3 rows more than claims
-- unit, free
SELECT u.unit, (SELECT count(*)
                  FROM (SELECT
                          FROM issue
                         WHERE district_id = $1::int AND holder_unit = u.unit AND holder_desk = 3
                           AND handler IS NULL
                         ORDER BY rank
                         LIMIT u.claims + $3::int + 1) f)::int AS free
  FROM (SELECT a.unit, count(*) AS claims
          FROM unnest($2::bytea[]) AS k (key)
         CROSS JOIN LATERAL (
                SELECT actor FROM device WHERE district_id = $1::int AND key = k.key LIMIT 1) d
         CROSS JOIN LATERAL (
                SELECT unit FROM actor WHERE district_id = $1::int AND id = d.actor LIMIT 1) a
         GROUP BY a.unit) u
