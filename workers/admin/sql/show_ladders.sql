-- Columns of a ladders file: $1 district_id, $2 edition.
SELECT s.ladder, s.n AS step, c.word AS clock, s.class_code AS class, s.severity, a.word AS anchor, s.percent,
       CASE WHEN s.offset_us = 0 THEN '0s' WHEN s.offset_us % 86400000000 = 0 THEN s.offset_us / 86400000000 || 'd' WHEN s.offset_us % 3600000000 = 0 THEN s.offset_us / 3600000000 || 'h'
            WHEN s.offset_us % 60000000 = 0 THEN s.offset_us / 60000000 || 'm' ELSE s.offset_us / 1000000 || 's' END AS "offset", s.calendar, x.word AS action, r.word AS audience, s.audience_up, s.repeat
  FROM ladder_step s
  JOIN vocab c ON c.kind = 'clock' AND c.number = s.clock
  JOIN vocab a ON a.kind = 'anchor' AND a.number = s.anchor
  JOIN vocab x ON x.kind = 'action' AND x.number = s.action
  LEFT JOIN vocab r ON r.kind = 'role' AND r.number = s.audience
 WHERE s.district_id = $1::int AND s.edition = $2::int
 ORDER BY s.ladder, s.n
