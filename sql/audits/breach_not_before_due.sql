-- Nothing is recorded as breached before its breach instant: no clock fires early.
SELECT e.district_id, e.issue_id, e.version, e.clock, e.at AS breached_at, j.at AS decided_at
  FROM huying.clock_entry e
  JOIN huying.journal j ON j.district_id = e.district_id AND j.issue_id = e.issue_id AND j.version = e.version
 WHERE e.op = 7 AND e.at > j.at;
