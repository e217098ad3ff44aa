-- Who looks, and when: the start of the transaction, so that all statements of a look have one now.
-- $1 district, $2 key
-- now, actor columns (NULL when nobody has this key)
SELECT now() + t.clock_shift_us * interval '1 microsecond', @actor_columns@
  FROM district t
  LEFT JOIN LATERAL (
        SELECT number, actor, state, false AS by_code, key, code_expires_at
          FROM device
         WHERE district_id = $1::int AND key = $2::bytea
        UNION ALL
        SELECT number, actor, state, true, key, code_expires_at
          FROM device
         WHERE district_id = $1::int AND code_key = $2::bytea
         LIMIT 1) d ON true
  LEFT JOIN actor a ON a.district_id = $1::int AND a.id = d.actor
 WHERE t.district_id = $1::int
