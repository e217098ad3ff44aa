-- What an issue is, is what its last decision left: state, holder, handler, tier, cause, due.
-- A due event that no longer applied may set due_at and next_due_at right without a decision, so next_due_at is not compared.
SELECT i.district_id, i.id, i.version
  FROM huying.issue i
  JOIN huying.journal j ON j.district_id = i.district_id AND j.issue_id = i.id AND j.version = i.version
 WHERE (i.state, i.tier, i.cause, i.last_at) IS DISTINCT FROM (j.state, j.tier, j.cause, j.at)
    OR (i.holder_unit, i.holder_desk, i.handler) IS DISTINCT FROM (j.holder_unit, j.holder_desk, j.handler);
