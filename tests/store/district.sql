-- A small district for the tests of the store. Run as huying_owner.
SET search_path = huying;
INSERT INTO district (district_id, code, name, zone, release) VALUES
    (7, 'ZC', '增城区', 'Asia/Shanghai', 1);
INSERT INTO edition
    SELECT 7, f, 1, 'test', '\x00', 'test', now() - interval '1 year'
      FROM unnest('{places,units,standards,routes,ladders,policies,calendars}'::text[]) f;
INSERT INTO place (district_id, edition, id, parent, tier, code, name, kind) VALUES
    (7, 1, 1, NULL, 1, 'ZC', '增城区', 'district'),
    (7, 1, 2, 1, 2, 'T', '荔城街', 'town'),
    (7, 1, 3, 2, 3, 'C', '社区', 'community'),
    (7, 1, 4, 3, 4, 'G', '网格', 'grid');
INSERT INTO place_polygon VALUES
    (7, 1, 4, 1, '{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}');
INSERT INTO unit (district_id, edition, id, parent, tier, place, code, name, kind, from_at) VALUES
    (7, 1, 1, NULL, 1, 1, 'U-ZC', '区', 'tier', '2020-01-01Z'),
    (7, 1, 2, 1, 2, 2, 'U-T', '街', 'tier', '2020-01-01Z'),
    (7, 1, 3, 2, 3, 3, 'U-C', '社区', 'tier', '2020-01-01Z'),
    (7, 1, 4, 3, 4, 4, 'U-G', '网格', 'tier', '2020-01-01Z'),
    (7, 1, 5, 1, 1, 1, 'B', '城管局', 'bureau', '2020-01-01Z');
INSERT INTO competence (district_id, edition, n, unit, class_code, duty) VALUES (7, 1, 1, 5, 'env', 1);
INSERT INTO calendar (district_id, edition, id, code, zone, tzdata, first_date, last_date, known_until) VALUES
    (7, 1, 1, '24x7', 'Asia/Shanghai', 'test', '2020-01-01', '2045-12-31', '2045-12-31');
INSERT INTO calendar_window SELECT 7, 1, 1, d, 0, 1440 FROM generate_series(1, 7) d;
INSERT INTO zone_transition VALUES
    (7, 1, 'Asia/Shanghai', '1901-01-01Z', 28800);
INSERT INTO standard (district_id, edition, id, class_code, class_name, limit_kind, limit_amount, calendar,
                      runs_from, checked, evidence, candidates) VALUES
    (7, 1, 1, 'env/litter', '垃圾', 5, 3600000000, '', 2, true, false, '{B}'),
    (7, 1, 2, 'env/water', '积水', 2, 7200000000, '24x7', 3, true, true, '{}');
INSERT INTO route (district_id, edition, n, priority, class_code, place, lead, assist, auto_file, auto_dispatch)
    VALUES (7, 1, 1, 10, 'env', 'C', 'B', '{U-T,U-C}', true, true);
INSERT INTO ladder_step (district_id, edition, ladder, n, clock, anchor, percent, offset_us, action) VALUES
    (7, 1, 'handle', 1, 6, 2, 80, 0, 1),
    (7, 1, 'handle', 2, 6, 3, NULL, 0, 3);
INSERT INTO policy (district_id, edition, name, tier, value, limit_kind, limit_amount) VALUES
    (7, 1, 'limit.SIGN', 0, '', 5, 900000000),
    (7, 1, 'limit.ACCEPT', 0, '', 5, 600000000),
    (7, 1, 'desk_tier', 0, 'town', NULL, NULL),
    (7, 1, 'observed_age_max', 0, '2d', NULL, NULL);
INSERT INTO release VALUES (7, 1, now() - interval '1 year', 'test', 'test', 1, 1, 1, 1, 1, 1, 1, now() - interval '1 year');
INSERT INTO actor (district_id, id, code, name, unit, area, roles) VALUES
    (7, 1, 'reporter', '张三', 4, 4, 1 << 1),
    (7, 2, 'handler', '李四', 5, 1, 1 << 4),
    (7, 3, 'handler2', '王五', 5, 1, 1 << 4),
    (7, 4, 'acceptor', '赵六', 3, 3, (1 << 2) | (1 << 7));
INSERT INTO device (district_id, number, actor, name, key, code_key, code_expires_at, state) VALUES
    (7, 11, 1, '', decode(repeat('01', 32), 'hex'), NULL, NULL, 2),
    (7, 12, 2, '', decode(repeat('02', 32), 'hex'), NULL, NULL, 2),
    (7, 13, 3, '', decode(repeat('03', 32), 'hex'), NULL, NULL, 2),
    (7, 14, 1, '', decode(repeat('04', 32), 'hex'), NULL, NULL, 3),
    (7, 15, 1, '', NULL, decode(repeat('05', 32), 'hex'), now() + interval '1 day', 1),
    (7, 16, 4, '', decode(repeat('06', 32), 'hex'), NULL, NULL, 2);
