-- One issue as it stands.
-- $1 district, $2 issue id
-- look columns
SELECT @look_columns@
  FROM issue i
  @look_joins@
 WHERE i.district_id = $1::int AND i.id = $2::bigint
