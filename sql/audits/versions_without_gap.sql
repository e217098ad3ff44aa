-- Every issue's journal counts its versions 1, 2, 3 … without a gap, and the issue stands at the last one.
SELECT i.district_id, i.id, i.version, count(j.version) AS decisions, max(j.version) AS last_version
  FROM huying.issue i
  LEFT JOIN huying.journal j ON j.district_id = i.district_id AND j.issue_id = i.id
 GROUP BY i.district_id, i.id, i.version
HAVING count(j.version) <> i.version OR max(j.version) <> i.version OR min(j.version) <> 1;
