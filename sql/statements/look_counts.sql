-- Open issues of an area by place or unit: red overdue; yellow 80 % used, or due soon; green the rest.
-- $1 district, $2 place, $3 its tier, $4 soon (microseconds), $5 by (2 town, 3 community, 4 grid, 5 unit), $6 behind this id, $7 rows at most
-- id (0 = none), red, yellow, green, oldest due
SELECT g.id, count(*) FILTER (WHERE g.red), count(*) FILTER (WHERE g.yellow AND NOT g.red),
       count(*) FILTER (WHERE NOT g.yellow AND NOT g.red), min(g.due_at)
  FROM (SELECT coalesce(CASE $5::int WHEN 2 THEN i.area_town WHEN 3 THEN i.area_community
                                     WHEN 4 THEN i.area_grid ELSE i.holder_unit END, 0) AS id,
               i.due_at, coalesce(i.due_at <= n.now, false) AS red,
               coalesce(i.warn_at <= n.now, false)
               OR coalesce(i.due_at <= n.now + $4::bigint * interval '1 microsecond', false) AS yellow
          FROM issue i
          JOIN (SELECT now() + clock_shift_us * interval '1 microsecond' AS now
                  FROM district WHERE district_id = $1::int) n ON true
         WHERE i.district_id = $1::int AND i.holder_unit IS NOT NULL AND @look_area@) g
 WHERE g.id > $6::int OR $6::int = 0
 GROUP BY g.id
 ORDER BY g.id
 LIMIT $7::int
