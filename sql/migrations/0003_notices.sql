-- 0003_notices: who is told what, by which channel, and what became of it.
SET search_path = huying;

-- Somebody's roles, unit or area changed: dispatchers read their people again.
CREATE TRIGGER keys_changed AFTER UPDATE OF unit, area, roles, active ON actor
    FOR EACH ROW EXECUTE FUNCTION keys_changed();

-- One row of `outbox` says what is to be told to a role of a unit, or to a person; the rows here are its
-- recipients. They are made by huying_notify, which alone delivers.
CREATE TABLE delivery (
    district_id int NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    outbox_id bigint NOT NULL,
    issue_id bigint NOT NULL,
    actor int NOT NULL,
    channel smallint NOT NULL,
    state smallint NOT NULL DEFAULT 1,
    attempts smallint NOT NULL DEFAULT 0,
    next_at timestamptz,
    sending_until timestamptz,
    made_at timestamptz NOT NULL,
    ended_at timestamptz,
    outcome text NOT NULL DEFAULT '',
    PRIMARY KEY (district_id, id),
    UNIQUE (district_id, outbox_id, actor, channel)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500,
        autovacuum_vacuum_cost_delay = 0);
COMMENT ON COLUMN delivery.state IS '1 waiting, 2 sending, 3 delivered (inbox: acknowledged), 4 withdrawn, 5 dead letter, 6 outcome unknown (a channel that cannot tell), 7 in the inbox.';
CREATE INDEX delivery_next ON delivery (district_id, next_at) WHERE next_at IS NOT NULL;
CREATE INDEX delivery_inbox ON delivery (district_id, actor, id) WHERE channel = 1;

-- The dispatcher shows a person his inbox and records that he has seen it.
GRANT SELECT, UPDATE (state, ended_at) ON delivery TO huying_daemon;

-- huying-notify brings what is to be told to its recipients.
ALTER TABLE outbox ADD COLUMN outcome text NOT NULL DEFAULT '';
COMMENT ON COLUMN outbox.outcome IS 'Why it was withdrawn or could not be delivered.';
CREATE INDEX outbox_pending ON outbox (district_id, id) WHERE state = 1;
GRANT USAGE ON SCHEMA huying TO huying_notify;
GRANT SELECT ON district, outbox, actor, issue, delivery TO huying_notify;
GRANT INSERT ON delivery TO huying_notify;
GRANT UPDATE (state, outcome) ON outbox TO huying_notify;
GRANT SELECT ON delivery TO huying_read;
