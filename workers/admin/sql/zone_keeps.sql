-- Would the published calendars still know the district's zone? $1 district code, $2 zone.
-- calendars edition in the newest release (0 = none), rows of the zone in it
SELECT coalesce(r.calendars, 0), count(z.zone)
  FROM district d
  LEFT JOIN release r ON r.district_id = d.district_id AND r.number = d.release
  LEFT JOIN zone_transition z ON z.district_id = d.district_id AND z.edition = r.calendars AND z.zone = $2
 WHERE d.code = $1
 GROUP BY r.calendars
