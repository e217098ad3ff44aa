-- A ladder step fires, or is folded, at most once in a generation of its clock.
SELECT district_id, issue_id, clock, generation, amount AS step, count(*)
  FROM huying.clock_entry
 WHERE op = 8
 GROUP BY district_id, issue_id, clock, generation, amount
HAVING count(*) > 1;
