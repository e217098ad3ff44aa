-- 0001_house: the tables of the house. Forward only; run as huying_owner.
--
-- Words of the trade are stored as the numbers of daemon/core/vocab (table `vocab` names them).
-- NULL means "none" wherever a C struct has 0 or INSTANT_NEVER. Every key begins with district_id.

CREATE SCHEMA huying;
SET search_path = huying;

CREATE TABLE migration (
    number int PRIMARY KEY,
    name text NOT NULL,
    digest bytea NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE migration IS 'Files applied, by number; a dispatcher refuses a schema older than the newest it was built with.';

CREATE TABLE vocab (
    kind text NOT NULL,
    number smallint NOT NULL,
    word text NOT NULL,
    zh text NOT NULL,
    en text NOT NULL,
    PRIMARY KEY (kind, number),
    UNIQUE (kind, word)
);
COMMENT ON TABLE vocab IS 'Copy of the lists in daemon/core/vocab, for views and people; a test compares them.';

-- ---- the district and its published rules ----

CREATE TABLE district (
    district_id int PRIMARY KEY,
    code text NOT NULL UNIQUE CHECK (code ~ '^[A-Z0-9]{1,12}$'),
    name text NOT NULL,
    zone text NOT NULL,
    clock_shift_us bigint NOT NULL DEFAULT 0,
    release int NOT NULL DEFAULT 0,
    keys_version bigint NOT NULL DEFAULT 0
);
COMMENT ON COLUMN district.clock_shift_us IS 'Added to clock_timestamp() to give now; 0 but in test districts.';
COMMENT ON COLUMN district.release IS 'Latest published release; dispatchers reload when it changes.';
COMMENT ON COLUMN district.keys_version IS 'Rises with every change of a device key or state; dispatchers reload keys.';

CREATE TABLE edition (
    district_id int NOT NULL REFERENCES district,
    family text NOT NULL CHECK (family IN ('places', 'units', 'standards', 'routes', 'ladders', 'policies', 'calendars', 'actors')),
    edition int NOT NULL,
    author text NOT NULL,
    digest bytea NOT NULL,
    source text NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (district_id, family, edition)
);
COMMENT ON TABLE edition IS 'One published version of one family of rows; immutable.';

CREATE TABLE release (
    district_id int NOT NULL REFERENCES district,
    number int NOT NULL,
    effective_at timestamptz NOT NULL,
    author text NOT NULL,
    what text NOT NULL,
    places int NOT NULL,
    units int NOT NULL,
    standards int NOT NULL,
    routes int NOT NULL,
    ladders int NOT NULL,
    policies int NOT NULL,
    calendars int NOT NULL,
    published_at timestamptz NOT NULL,
    PRIMARY KEY (district_id, number)
);
COMMENT ON TABLE release IS 'The editions in force together from effective_at on (0 = empty edition). Issues pin a release.';

CREATE TABLE place (
    district_id int NOT NULL,
    edition int NOT NULL,
    id int NOT NULL CHECK (id > 0),
    parent int,
    tier smallint,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    PRIMARY KEY (district_id, edition, id),
    UNIQUE (district_id, edition, code)
);

CREATE TABLE place_polygon (
    district_id int NOT NULL,
    edition int NOT NULL,
    place int NOT NULL,
    n int NOT NULL,
    geometry text NOT NULL,
    PRIMARY KEY (district_id, edition, place, n)
);
COMMENT ON COLUMN place_polygon.geometry IS 'GeoJSON geometry, WGS84, Polygon or MultiPolygon.';

CREATE TABLE unit (
    district_id int NOT NULL,
    edition int NOT NULL,
    id int NOT NULL CHECK (id > 0),
    parent int,
    tier smallint NOT NULL,
    place int,
    successor int,
    code text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    from_at timestamptz NOT NULL,
    until_at timestamptz,
    PRIMARY KEY (district_id, edition, id),
    UNIQUE (district_id, edition, code)
);

CREATE TABLE competence (
    district_id int NOT NULL,
    edition int NOT NULL,
    n int NOT NULL,
    unit int,
    kind text NOT NULL DEFAULT '',
    class_code text NOT NULL DEFAULT '',
    place int,
    priority int NOT NULL DEFAULT 0,
    duty smallint NOT NULL,
    PRIMARY KEY (district_id, edition, n),
    CHECK ((unit IS NULL) = (kind <> ''))
);
COMMENT ON TABLE competence IS 'Part of the units edition: classes × part of the place tree that a unit, or each unit of a kind, answers for.';

CREATE TABLE standard (
    district_id int NOT NULL,
    edition int NOT NULL,
    id int NOT NULL CHECK (id > 0),
    class_code text NOT NULL,
    class_name text NOT NULL,
    condition_code text NOT NULL DEFAULT '',
    condition text NOT NULL DEFAULT '',
    close_condition text NOT NULL DEFAULT '',
    area_class text NOT NULL DEFAULT '',
    severity smallint,
    limit_kind smallint NOT NULL,
    limit_amount bigint NOT NULL CHECK (limit_amount >= 0),
    calendar text NOT NULL DEFAULT '',
    runs_from smallint NOT NULL,
    checked boolean NOT NULL,
    evidence boolean NOT NULL,
    candidates text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (district_id, edition, id)
);
COMMENT ON COLUMN standard.limit_amount IS 'Microseconds, or days for the day kinds; 0 only with limit_kind none.';
COMMENT ON COLUMN standard.candidates IS 'Unit codes in order.';

CREATE TABLE route (
    district_id int NOT NULL,
    edition int NOT NULL,
    n int NOT NULL,
    priority int NOT NULL,
    class_code text NOT NULL DEFAULT '',
    place text NOT NULL DEFAULT '',
    severity smallint,
    lead text NOT NULL DEFAULT '',
    lead_kind text NOT NULL DEFAULT '',
    assist text[] NOT NULL DEFAULT '{}',
    auto_file boolean NOT NULL,
    auto_dispatch boolean NOT NULL,
    PRIMARY KEY (district_id, edition, n)
);
COMMENT ON TABLE route IS 'Places and units by code: they live in editions of their own.';

CREATE TABLE ladder_step (
    district_id int NOT NULL,
    edition int NOT NULL,
    ladder text NOT NULL,
    n int NOT NULL,
    clock smallint NOT NULL,
    class_code text NOT NULL DEFAULT '',
    severity smallint,
    anchor smallint NOT NULL,
    percent int,
    offset_us bigint NOT NULL CHECK (offset_us >= 0),
    calendar text NOT NULL DEFAULT '',
    action smallint NOT NULL,
    audience smallint,
    audience_up smallint NOT NULL DEFAULT 0,
    repeat smallint NOT NULL DEFAULT 0,
    PRIMARY KEY (district_id, edition, ladder, n)
);
COMMENT ON COLUMN ladder_step.calendar IS 'Calendar whose working time the offset counts; empty = continuous time.';

CREATE TABLE policy (
    district_id int NOT NULL,
    edition int NOT NULL,
    name text NOT NULL,
    tier smallint NOT NULL DEFAULT 0,
    value text NOT NULL,
    limit_kind smallint,
    limit_amount bigint,
    calendar text NOT NULL DEFAULT '',
    PRIMARY KEY (district_id, edition, name, tier)
);
COMMENT ON TABLE policy IS 'name "limit.SIGN" and the like carry limit_kind, limit_amount, calendar; the others a value checked when saved.';

CREATE TABLE calendar (
    district_id int NOT NULL,
    edition int NOT NULL,
    id int NOT NULL CHECK (id > 0),
    code text NOT NULL,
    zone text NOT NULL,
    tzdata text NOT NULL,
    makeup_weekday smallint NOT NULL DEFAULT 1,
    first_date date NOT NULL,
    last_date date NOT NULL,
    known_until date NOT NULL,
    PRIMARY KEY (district_id, edition, id),
    UNIQUE (district_id, edition, code)
);
COMMENT ON COLUMN calendar.tzdata IS 'Version of the time zone data that zone_transition was taken from.';

CREATE TABLE calendar_window (
    district_id int NOT NULL,
    edition int NOT NULL,
    calendar int NOT NULL,
    weekday smallint NOT NULL CHECK (weekday BETWEEN 1 AND 7),
    from_minute smallint NOT NULL CHECK (from_minute BETWEEN 0 AND 1439),
    until_minute smallint NOT NULL CHECK (until_minute > from_minute AND until_minute <= 2880),
    PRIMARY KEY (district_id, edition, calendar, weekday, from_minute)
);

CREATE TABLE calendar_exception (
    district_id int NOT NULL,
    edition int NOT NULL,
    calendar int NOT NULL,
    date date NOT NULL,
    kind smallint NOT NULL CHECK (kind BETWEEN 1 AND 3),
    from_minute smallint NOT NULL DEFAULT 0,
    until_minute smallint NOT NULL DEFAULT 0,
    name text NOT NULL DEFAULT '',
    PRIMARY KEY (district_id, edition, calendar, date, from_minute)
);
COMMENT ON COLUMN calendar_exception.kind IS '1 holiday, 2 make-up workday, 3 special hours (one row a window).';

CREATE TABLE zone_transition (
    district_id int NOT NULL,
    edition int NOT NULL,
    zone text NOT NULL,
    from_at timestamptz NOT NULL,
    offset_seconds int NOT NULL,
    PRIMARY KEY (district_id, edition, zone, from_at)
);
COMMENT ON TABLE zone_transition IS 'Part of the calendars edition; also for the district''s own zone.';

CREATE FUNCTION release_needed(district int, at timestamptz, pinned int[]) RETURNS SETOF release
    LANGUAGE sql STABLE AS $$
    SELECT r.*
      FROM release r
     WHERE r.district_id = $1
       AND (r.number = ANY ($3)
            OR r.number >= (SELECT coalesce(max(f.number), 0) FROM release f
                             WHERE f.district_id = $1 AND f.effective_at <= $2))
$$;
COMMENT ON FUNCTION release_needed IS 'The release in force at an instant, those to come, and the ones that open issues pin.';

-- ---- people and their devices ----

CREATE TABLE actor (
    district_id int NOT NULL REFERENCES district,
    id int NOT NULL CHECK (id > 0),
    code text NOT NULL,
    name text NOT NULL,
    unit int NOT NULL,
    area int NOT NULL,
    roles int NOT NULL,
    active boolean NOT NULL DEFAULT true,
    PRIMARY KEY (district_id, id),
    UNIQUE (district_id, code)
);
COMMENT ON COLUMN actor.roles IS 'Set of roles, bit n = role number n.';
COMMENT ON COLUMN actor.unit IS 'Unit id; area is a place id. Ids keep their meaning over editions.';

CREATE TABLE actor_history (
    district_id int NOT NULL,
    id int NOT NULL,
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    n bigint GENERATED ALWAYS AS IDENTITY,
    unit int NOT NULL,
    area int NOT NULL,
    roles int NOT NULL,
    active boolean NOT NULL,
    PRIMARY KEY (district_id, id, n)
);
COMMENT ON TABLE actor_history IS 'What a person might do as of each transaction; append-only, for audits of past decisions.';

CREATE FUNCTION actor_remember() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = huying, pg_temp AS $$
BEGIN
    INSERT INTO actor_history (district_id, id, unit, area, roles, active)
    VALUES (NEW.district_id, NEW.id, NEW.unit, NEW.area, NEW.roles, NEW.active);
    RETURN NULL;
END $$;
CREATE TRIGGER actor_remember AFTER INSERT OR UPDATE ON actor
    FOR EACH ROW EXECUTE FUNCTION actor_remember();

CREATE TABLE device (
    district_id int NOT NULL,
    number int NOT NULL CHECK (number > 0),
    actor int NOT NULL,
    name text NOT NULL DEFAULT '',
    key bytea CHECK (octet_length(key) = 32),
    code_key bytea CHECK (octet_length(code_key) = 32),
    code_expires_at timestamptz,
    state smallint NOT NULL CHECK (state BETWEEN 1 AND 3),
    PRIMARY KEY (district_id, number),
    FOREIGN KEY (district_id, actor) REFERENCES actor (district_id, id)
);
COMMENT ON COLUMN device.number IS 'Outlives a change of key: the client of receipts.';
COMMENT ON COLUMN device.state IS '1 enrolling, 2 active, 3 revoked.';
COMMENT ON COLUMN device.code_key IS 'Public half of the key derived from the one-time code; kept after use so that a second use is refused by name.';
CREATE UNIQUE INDEX device_key ON device (district_id, key) WHERE key IS NOT NULL;
CREATE UNIQUE INDEX device_code_key ON device (district_id, code_key) WHERE code_key IS NOT NULL;

CREATE FUNCTION keys_changed() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = huying, pg_temp AS $$
BEGIN
    UPDATE district SET keys_version = keys_version + 1
     WHERE district_id = coalesce(NEW.district_id, OLD.district_id);
    RETURN NULL;
END $$;
CREATE TRIGGER keys_changed AFTER INSERT OR DELETE OR UPDATE OF key, code_key, state ON device
    FOR EACH ROW EXECUTE FUNCTION keys_changed();

-- ---- issues ----

CREATE SEQUENCE issue_number INCREMENT 1000 START 1001;
COMMENT ON SEQUENCE issue_number IS 'Each value v stands for the block of ids v to v + 999.';

CREATE TABLE reserve (
    district_id int NOT NULL,
    first_id bigint NOT NULL,
    last_id bigint NOT NULL CHECK (last_id >= first_id),
    device int NOT NULL,
    PRIMARY KEY (district_id, first_id)
);
COMMENT ON TABLE reserve IS 'Blocks of issue ids handed to devices, so that a phone without signal has a number at once.';

CREATE TABLE issue (
    district_id int NOT NULL,
    version int NOT NULL,
    id bigint NOT NULL,
    rank bigint NOT NULL,
    observed_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    due_at timestamptz,
    warn_at timestamptz,
    next_due_at timestamptz,
    outside_due_at timestamptz,
    parent bigint,
    merged_into bigint,
    holder_unit int,
    handler int,
    place int,
    area_district int,
    area_town int,
    area_community int,
    area_grid int,
    latitude int,
    longitude int,
    standard int,
    reporter int NOT NULL,
    answered_by int,
    entry_unit int NOT NULL,
    lead_unit int,
    release int NOT NULL,
    state smallint NOT NULL,
    holder_desk smallint,
    tier smallint NOT NULL,
    severity smallint NOT NULL,
    cause smallint NOT NULL,
    returns smallint NOT NULL,
    renewals smallint NOT NULL,
    redos smallint NOT NULL,
    quarantined boolean NOT NULL DEFAULT false,
    class_code text NOT NULL,
    clocks bytea NOT NULL,
    PRIMARY KEY (district_id, id)
) WITH (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.05);
COMMENT ON TABLE issue IS 'One narrow row of present state an issue; next_due_at is the timer queue.';
CREATE INDEX issue_due ON issue (district_id, next_due_at) WHERE next_due_at IS NOT NULL;
CREATE INDEX issue_queue ON issue (district_id, holder_unit, holder_desk, rank) WHERE holder_unit IS NOT NULL;
CREATE INDEX issue_reporter ON issue (district_id, reporter, id);

CREATE TABLE journal (
    district_id int NOT NULL,
    version int NOT NULL,
    issue_id bigint NOT NULL,
    at timestamptz NOT NULL,
    tx xid8 NOT NULL DEFAULT pg_current_xact_id(),
    due_at timestamptz,
    next_due_at timestamptz,
    request uuid,
    holder_unit int,
    handler int,
    actor int,
    device int,
    release int NOT NULL,
    core_version smallint NOT NULL,
    event smallint NOT NULL,
    state smallint NOT NULL,
    tier smallint NOT NULL,
    holder_desk smallint,
    cause smallint NOT NULL,
    reason smallint,
    ledger bytea,
    said text,
    text_digest bytea,
    text text,
    PRIMARY KEY (district_id, issue_id, version)
) PARTITION BY RANGE (issue_id);
COMMENT ON TABLE journal IS 'Append-only: one row a decision, what resulted. Only the text may ever be emptied; its digest stays.';
CREATE INDEX journal_tx ON journal (district_id, tx);

CREATE TABLE obligation (
    district_id int NOT NULL,
    issue_id bigint NOT NULL,
    n int NOT NULL,
    rank bigint NOT NULL,
    unit int NOT NULL,
    handler int,
    desk smallint NOT NULL,
    kind smallint NOT NULL,
    state smallint NOT NULL,
    next_due_at timestamptz,
    clocks bytea NOT NULL,
    PRIMARY KEY (district_id, issue_id, n)
);
COMMENT ON TABLE obligation IS 'What an issue asks of others than its holder; changes only by a decision on its issue. kind: 1 assist; state: 1 open, 2 done, 3 dropped.';
CREATE INDEX obligation_queue ON obligation (district_id, unit, desk, rank) WHERE state = 1;

CREATE TABLE receipt (
    district_id int NOT NULL,
    device int NOT NULL,
    request uuid NOT NULL,
    issue_id bigint NOT NULL,
    digest bytea NOT NULL,
    reply bytea NOT NULL,
    PRIMARY KEY (district_id, request, device)
) PARTITION BY RANGE (request);
COMMENT ON TABLE receipt IS 'The stored reply of each accepted command, for as long as its partition is kept.';

CREATE TABLE external (
    district_id int NOT NULL,
    source text NOT NULL,
    reference text NOT NULL,
    issue_id bigint NOT NULL,
    due_at timestamptz,
    PRIMARY KEY (district_id, source, reference)
);

CREATE TABLE outbox (
    district_id int NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    issue_id bigint NOT NULL,
    version int NOT NULL,
    kind smallint NOT NULL,
    channel smallint NOT NULL,
    clock smallint NOT NULL DEFAULT 0,
    generation int NOT NULL DEFAULT 0,
    step smallint NOT NULL DEFAULT 0,
    unit int NOT NULL DEFAULT 0,
    role smallint NOT NULL DEFAULT 0,
    actor int NOT NULL DEFAULT 0,
    state smallint NOT NULL DEFAULT 1,
    at timestamptz NOT NULL,
    PRIMARY KEY (district_id, id),
    UNIQUE (district_id, issue_id, kind, clock, generation, step, unit, role, actor, channel, version)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500,
        autovacuum_vacuum_cost_delay = 0);
COMMENT ON COLUMN outbox.state IS '1 pending, 2 sending, 3 delivered, 4 withdrawn, 5 dead letter.';

CREATE TABLE dead_letter (
    district_id int NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    at timestamptz NOT NULL,
    sqlstate text NOT NULL,
    event smallint NOT NULL,
    issue_id bigint,
    device int,
    request uuid,
    digest bytea,
    PRIMARY KEY (district_id, id)
);
COMMENT ON TABLE dead_letter IS 'Commands the database refused by themselves: digest and SQLSTATE only, the sender still has the bytes.';

-- ---- contact data lies apart ----

CREATE TABLE contact (
    district_id int NOT NULL,
    issue_id bigint NOT NULL,
    name text NOT NULL,
    telephone text NOT NULL,
    address text NOT NULL,
    PRIMARY KEY (district_id, issue_id)
);

CREATE TABLE contact_look (
    district_id int NOT NULL,
    id bigint GENERATED ALWAYS AS IDENTITY,
    issue_id bigint NOT NULL,
    actor int NOT NULL,
    device int NOT NULL,
    at timestamptz NOT NULL,
    reason text NOT NULL,
    PRIMARY KEY (district_id, id)
);
COMMENT ON TABLE contact_look IS 'Who saw whose contact data, when and why; written by contact_read in the same transaction.';

CREATE FUNCTION contact_write(district int, issue bigint, name text, telephone text, address text)
    RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = huying, pg_temp AS $$
    INSERT INTO contact VALUES ($1, $2, $3, $4, $5)
$$;

CREATE FUNCTION contact_read(district int, issue bigint, actor int, device int, at timestamptz, reason text)
    RETURNS TABLE (name text, telephone text, address text)
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = huying, pg_temp AS $$
BEGIN
    INSERT INTO contact_look (district_id, issue_id, actor, device, at, reason)
    VALUES ($1, $2, $3, $4, $5, $6);
    RETURN QUERY SELECT c.name, c.telephone, c.address FROM contact c
                  WHERE c.district_id = $1 AND c.issue_id = $2;
END $$;

-- ---- partitions ----

CREATE TABLE horizon (
    district_id int PRIMARY KEY,
    receipts_from timestamptz NOT NULL,
    receipts_until timestamptz NOT NULL,
    journal_until bigint NOT NULL
);
COMMENT ON TABLE horizon IS 'What partitions a district has: older requests are EXPIRED; near the upper bounds keep_partitions is due. One row a district, since each has its own now.';

CREATE FUNCTION uuid_floor(at timestamptz) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM $1) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid
$$;
COMMENT ON FUNCTION uuid_floor IS 'The smallest UUIDv7 of an instant: bound of a partition.';

CREATE FUNCTION keep_partitions(district int, at timestamptz, top_issue bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = huying, pg_temp AS $$
DECLARE
    -- Months are counted in UTC, without a zone, so that adding one never depends on where we are.
    first_month timestamp := date_trunc('month', $2 AT TIME ZONE 'UTC') - interval '2 months';
    month timestamp;
    top_block bigint;
    part record;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('huying.keep_partitions', 0));
    SET LOCAL client_min_messages = warning;
    SELECT greatest($3, last_value) / 10000000 INTO top_block FROM issue_number;
    FOR n IN 0..4 LOOP
        month := first_month + n * interval '1 month';
        EXECUTE format('CREATE TABLE IF NOT EXISTS receipt_%s PARTITION OF receipt FOR VALUES FROM (%L) TO (%L)',
            to_char(month, 'YYYYMM'), uuid_floor(month AT TIME ZONE 'UTC'),
            uuid_floor((month + interval '1 month') AT TIME ZONE 'UTC'));
    END LOOP;
    FOR n IN 0..1 LOOP
        EXECUTE format('CREATE TABLE IF NOT EXISTS journal_%s PARTITION OF journal FOR VALUES FROM (%s) TO (%s)',
            top_block + n, (top_block + n) * 10000000, (top_block + n + 1) * 10000000);
    END LOOP;
    INSERT INTO horizon VALUES ($1, first_month AT TIME ZONE 'UTC',
        (first_month + interval '5 months') AT TIME ZONE 'UTC', (top_block + 2) * 10000000)
    ON CONFLICT (district_id) DO UPDATE SET receipts_from = excluded.receipts_from,
        receipts_until = excluded.receipts_until, journal_until = excluded.journal_until;
    FOR part IN SELECT c.oid::regclass AS name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                 WHERE i.inhparent = 'huying.receipt'::regclass
                   AND NOT EXISTS (SELECT FROM horizon h
                                    WHERE to_timestamp(right(c.relname, 6), 'YYYYMM')::timestamp AT TIME ZONE 'UTC'
                                          >= h.receipts_from
                                      AND to_timestamp(right(c.relname, 6), 'YYYYMM')::timestamp AT TIME ZONE 'UTC'
                                          < h.receipts_until) LOOP
        EXECUTE format('DROP TABLE %s', part.name);
    END LOOP;
END $$;
COMMENT ON FUNCTION keep_partitions IS 'Receipts by month (two back, two ahead), journal by ten million issue ids; drops the months of receipts that no district needs any more.';

CREATE FUNCTION receipts_complete(inserted bigint, wanted bigint) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    IF $1 <> $2 THEN
        RAISE EXCEPTION 'a receipt of this batch is there already: fetch again'
            USING ERRCODE = 'serialization_failure';
    END IF;
END $$;

-- ---- the ledger, unfolded ----

CREATE FUNCTION int8_at(b bytea, at int) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT ('x' || encode(substring($1 FROM $2 + 1 FOR 8), 'hex'))::bit(64)::bigint
$$;

CREATE FUNCTION ledger_entries(ledger bytea, decided_at timestamptz)
    RETURNS TABLE (n int, op smallint, clock smallint, cause smallint, generation int,
                   at timestamptz, amount bigint, limit_kind smallint)
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
    p int := 1;
    flags int;
BEGIN
    IF ledger IS NULL OR octet_length(ledger) = 0 THEN RETURN; END IF;
    IF get_byte(ledger, 0) <> 1 THEN
        RAISE EXCEPTION 'ledger format % is unknown', get_byte(ledger, 0);
    END IF;
    n := 0;
    WHILE p < octet_length(ledger) LOOP
        n := n + 1;
        op := get_byte(ledger, p) >> 4;
        clock := get_byte(ledger, p) & 15;
        cause := get_byte(ledger, p + 1);
        flags := get_byte(ledger, p + 2);
        generation := get_byte(ledger, p + 3) * 256 + get_byte(ledger, p + 4);
        p := p + 5;
        at := decided_at;
        amount := 0;
        limit_kind := NULL;
        IF flags & 1 <> 0 THEN
            at := timestamptz 'epoch' + huying.int8_at(ledger, p) * interval '1 microsecond';
            p := p + 8;
        END IF;
        IF flags & 2 <> 0 THEN
            amount := huying.int8_at(ledger, p);
            p := p + 8;
        END IF;
        IF flags & 4 <> 0 THEN
            limit_kind := get_byte(ledger, p);
            p := p + 1;
        END IF;
        RETURN NEXT;
    END LOOP;
END $$;

CREATE VIEW clock_entry AS
    SELECT j.district_id, j.issue_id, j.version, e.*
      FROM journal j, ledger_entries(j.ledger, j.at) e;
COMMENT ON VIEW clock_entry IS 'Every start, pause, resume, restart, stop, breach and step of every clock.';

-- ---- who may touch what ----

REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA huying FROM PUBLIC;
GRANT USAGE ON SCHEMA huying TO huying_daemon, huying_read;
GRANT SELECT ON ALL TABLES IN SCHEMA huying TO huying_daemon;
REVOKE ALL ON contact, contact_look FROM huying_daemon;
GRANT INSERT, UPDATE ON issue, obligation TO huying_daemon;
GRANT INSERT ON journal, receipt, external, reserve, dead_letter TO huying_daemon;
GRANT INSERT, UPDATE ON outbox TO huying_daemon;
GRANT UPDATE (key, code_expires_at, state, name) ON device TO huying_daemon;
GRANT USAGE ON SEQUENCE issue_number TO huying_daemon;
GRANT EXECUTE ON FUNCTION contact_write, contact_read, keep_partitions, receipts_complete, release_needed, uuid_floor,
    int8_at, ledger_entries TO huying_daemon;
GRANT SELECT ON vocab, district, edition, release, place, place_polygon, unit, competence, standard, route,
    ladder_step, policy, calendar, calendar_window, calendar_exception, zone_transition, issue, journal,
    clock_entry, obligation, external, outbox TO huying_read;
GRANT EXECUTE ON FUNCTION int8_at, ledger_entries TO huying_read;
