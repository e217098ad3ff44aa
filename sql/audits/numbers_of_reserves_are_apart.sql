-- Blocks of numbers handed to devices never overlap.
SELECT a.district_id, a.first_id, b.first_id AS other_first_id
  FROM huying.reserve a
  JOIN huying.reserve b ON b.district_id = a.district_id AND b.first_id > a.first_id AND b.first_id <= a.last_id;
