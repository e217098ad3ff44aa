-- Keys that may knock: of active devices, and of enrolment codes, spent ones too.
-- $1 district
-- key, actor columns
SELECT d.knocks, @actor_columns@
  FROM (SELECT key AS knocks, false AS by_code, number, actor, state, key, code_expires_at
          FROM device
         WHERE district_id = $1::int AND state = 2 AND key IS NOT NULL
        UNION ALL
        SELECT code_key, true, number, actor, state, key, code_expires_at
          FROM device
         WHERE district_id = $1::int AND state <> 3 AND code_key IS NOT NULL) d
  JOIN actor a ON a.district_id = $1::int AND a.id = d.actor
 ORDER BY d.knocks
