-- Takes blocks of a thousand issue ids.
-- $1 blocks
-- first id of a block
SELECT nextval('issue_number')
  FROM generate_series(1, $1::int)
