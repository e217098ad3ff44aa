-- Ledger entries name clocks, operations and causes there are, and a generation; a start says its limit.
SELECT e.district_id, e.issue_id, e.version, e.n, e.op, e.clock, e.generation
  FROM huying.clock_entry e
 WHERE NOT EXISTS (SELECT FROM huying.vocab v WHERE v.kind = 'ledger_op' AND v.number = e.op)
    OR NOT EXISTS (SELECT FROM huying.vocab v WHERE v.kind = 'clock' AND v.number = e.clock)
    OR NOT EXISTS (SELECT FROM huying.vocab v WHERE v.kind = 'cause' AND v.number = e.cause)
    OR e.generation < 1
    OR (e.op IN (1, 5) AND e.limit_kind IS NULL);
