-- Every stored reply stands for a decision of the same device and request, or for a report whose outside
-- reference had made the issue before.
SELECT r.district_id, r.device, r.request, r.issue_id
  FROM huying.receipt r
 WHERE NOT EXISTS (SELECT FROM huying.journal j
                    WHERE j.district_id = r.district_id AND j.issue_id = r.issue_id AND j.request = r.request
                      AND j.device = r.device)
   AND NOT EXISTS (SELECT FROM huying.external e
                    WHERE e.district_id = r.district_id AND e.issue_id = r.issue_id);
