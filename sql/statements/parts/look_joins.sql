LEFT JOIN journal j ON j.district_id = $1::int AND j.issue_id = i.id AND j.version = 1
  LEFT JOIN actor h ON h.district_id = $1::int AND h.id = i.handler
  LEFT JOIN actor r ON r.district_id = $1::int AND r.id = i.reporter
