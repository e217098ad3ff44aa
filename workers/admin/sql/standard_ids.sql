-- Every key that any edition gave an id: $1 district_id. Ids keep their meaning.
SELECT DISTINCT concat_ws(E'\t', class_code, condition_code, coalesce(severity, 0), area_class), id
  FROM standard WHERE district_id = $1::int
