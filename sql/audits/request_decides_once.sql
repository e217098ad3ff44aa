-- A request of a device changed something at most once.
SELECT district_id, device, request, count(*)
  FROM huying.journal
 WHERE request IS NOT NULL
 GROUP BY district_id, device, request
HAVING count(*) > 1;
