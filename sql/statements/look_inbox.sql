-- Notices that lie in somebody's inbox, newest first. Of no single issue: the issue's columns are NULL.
-- $1 district, $2 actor, $3 also those acknowledged (1), $4 below this id, $5 rows at most
-- issue columns, notice columns
SELECT @issue_columns@, n.id, o.kind, o.at, o.clock, n.state = 3, coalesce(left(j.text, 121), ''),
       CASE WHEN o.kind = 7 THEN o.generation ELSE 0 END
  FROM (SELECT *
          FROM delivery
         WHERE district_id = $1::int AND actor = $2::int AND channel = 1 AND id < $4::bigint
           AND (state = 7 OR ($3::int = 1 AND state = 3))
         ORDER BY id DESC
         LIMIT $5::int) n
  JOIN outbox o ON o.district_id = $1::int AND o.id = n.outbox_id
  LEFT JOIN issue i ON i.district_id = $1::int AND i.id = n.issue_id
  LEFT JOIN journal j ON j.district_id = $1::int AND j.issue_id = o.issue_id AND j.version = o.version
 ORDER BY n.id DESC
