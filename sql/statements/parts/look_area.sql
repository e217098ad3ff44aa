($3::int = 1 OR $2::int = CASE $3::int WHEN 2 THEN i.area_town WHEN 3 THEN i.area_community ELSE i.area_grid END)
