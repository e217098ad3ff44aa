-- Brings what is to be told into the inbox of each recipient: the person named, or all active people of
-- the unit with the role. What no longer holds is withdrawn; what nobody is there to read is kept as a
-- dead letter with its reason. All of it in one statement: exactly once, whoever else does the same.
-- $1 district code, $2 rows of the outbox at most
-- rows taken, inbox entries made, withdrawn, without a recipient
WITH here AS MATERIALIZED (
        SELECT district_id, clock_timestamp() + clock_shift_us * interval '1 microsecond' AS now
          FROM district
         WHERE code = $1),
     taken AS MATERIALIZED (
        SELECT o.*
          FROM outbox o
          JOIN here USING (district_id)
         WHERE o.state = 1
         ORDER BY o.id
         LIMIT $2::int
           FOR UPDATE OF o SKIP LOCKED),
     judged AS MATERIALIZED (
        SELECT t.district_id, t.id, t.issue_id, t.unit, t.role, t.actor,
               i.holder_unit IS NOT NULL
               -- to whoever holds it: only while he does; to those above: while it is open
               AND CASE WHEN t.kind IN (2, 3) THEN true
                        -- of a lease that ended (clock 10) he is told who has just lost it
                        WHEN t.actor <> 0 THEN coalesce(i.handler = t.actor, t.clock = 10)
                        ELSE i.holder_unit = t.unit END AS holds
          FROM taken t
          LEFT JOIN issue i ON i.district_id = t.district_id AND i.id = t.issue_id),
     recipient AS MATERIALIZED (
        SELECT j.district_id, j.id, j.issue_id, a.id AS actor
          FROM judged j
          JOIN actor a ON a.district_id = j.district_id AND a.active
           AND CASE WHEN j.actor <> 0 THEN a.id = j.actor
                    ELSE a.unit = j.unit AND a.roles & (1 << j.role::int) <> 0 END
         WHERE j.holds),
     made AS (
        INSERT INTO delivery (district_id, outbox_id, issue_id, actor, channel, state, made_at)
        SELECT r.district_id, r.id, r.issue_id, r.actor, 1, 7, here.now
          FROM recipient r, here
        ON CONFLICT DO NOTHING
        RETURNING outbox_id),
     ended AS (
        UPDATE outbox o
           SET state = CASE WHEN NOT j.holds THEN 4
                            WHEN EXISTS (SELECT FROM recipient r WHERE r.id = j.id) THEN 3
                            ELSE 5 END,
               outcome = CASE WHEN NOT j.holds THEN 'no longer holds'
                              WHEN EXISTS (SELECT FROM recipient r WHERE r.id = j.id) THEN ''
                              ELSE 'no_recipient' END
          FROM judged j
         WHERE o.district_id = j.district_id AND o.id = j.id
        RETURNING o.state)
SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM made), (SELECT count(*) FROM ended WHERE state = 4),
       (SELECT count(*) FROM ended WHERE state = 5)
