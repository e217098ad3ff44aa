-- No decision without its issue.
SELECT j.district_id, j.issue_id, j.version
  FROM huying.journal j
 WHERE NOT EXISTS (SELECT FROM huying.issue i WHERE i.district_id = j.district_id AND i.id = j.issue_id);
