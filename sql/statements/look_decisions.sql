-- What happened to an issue, decision by decision.
-- $1 district, $2 issue id, $3 behind this version, $4 rows at most
-- ledger, then one column a field
SELECT j.ledger, j.version, j.at, j.due_at, j.next_due_at, j.request, j.holder_unit, j.handler, j.actor,
       j.device, j.release, j.event, j.state, j.tier, j.holder_desk, j.cause, j.reason, j.said, j.text,
       coalesce(a.code, ''), coalesce(a.name, ''), coalesce(h.code, ''), coalesce(h.name, '')
  FROM journal j
  LEFT JOIN actor a ON a.district_id = $1::int AND a.id = j.actor
  LEFT JOIN actor h ON h.district_id = $1::int AND h.id = j.handler
 WHERE j.district_id = $1::int AND j.issue_id = $2::bigint AND j.version > $3::int
 ORDER BY j.version
 LIMIT $4::int
