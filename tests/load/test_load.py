"""huying-admin load: every family goes in whole, or every bad line is named and nothing changes."""

import csv
import os
import subprocess

import psycopg2
import pytest

from conftest import ADMIN, HERE, ORDER, ROOT

RULES = HERE / "rules"
SHARED = ROOT.parent / "shared/data"
US = 1_000_000


# ---- what goes in ----

ROWS = {
    "place": ("SELECT code, name, kind, tier, parent IS NULL FROM place ORDER BY id LIMIT 1",
              [("D", "加载区", "district", 1, True)]),
    "place with a comma": ("SELECT name FROM place WHERE code = 'X1'", [("东园,一期",)]),
    "place with a line end": ("SELECT name FROM place WHERE code = 'B1'", [("一号楼\n(北门)",)]),
    "place without a tier": ("SELECT tier FROM place WHERE code = 'B1'", [(None,)]),
    "parent": ("SELECT q.code FROM place p JOIN place q ON q.id = p.parent AND q.edition = p.edition WHERE p.code = 'G1'",
               [("X1",)]),
    "unit": ("SELECT u.kind, u.tier, p.code, u.until_at IS NULL FROM unit u JOIN place p ON p.id = u.place "
             "WHERE u.code = 'UC1' AND u.edition = 2", [("tier", 3, "C1", True)]),
    "unit without a place": ("SELECT place FROM unit WHERE code = 'POL' AND edition = 2", [(None,)]),
    "unit with its time": ("SELECT extract(epoch FROM from_at)::bigint, extract(epoch FROM until_at)::bigint FROM unit "
                           "WHERE code = 'PM' AND edition = 2", [(1577808000, 1893427200)]),
    "successor": ("SELECT s.code FROM unit u JOIN unit s ON s.id = u.successor AND s.edition = u.edition "
                  "WHERE u.code = 'PM' AND u.edition = 2", [("UC1",)]),
    "competence of a kind": ("SELECT unit, kind, class_code, duty FROM competence WHERE kind = 'tier'",
                             [(None, "tier", "life", 1)]),
    "competence of a unit": ("SELECT u.code, c.kind, c.priority FROM competence c JOIN unit u ON u.id = c.unit AND "
                             "u.edition = c.edition WHERE c.class_code = 'traffic'", [("POL", "", 10)]),
    "working time": ("SELECT limit_kind, limit_amount, calendar, runs_from, checked, evidence FROM standard "
                     "WHERE class_code = 'life/noise'", [(2, 4 * 3600 * US, "work", 3, True, False)]),
    "continuous": ("SELECT limit_kind, limit_amount, calendar, severity FROM standard WHERE condition_code = 'burst'",
                   [(5, 90 * 60 * US, "", 1)]),
    "working days": ("SELECT limit_kind, limit_amount, candidates FROM standard WHERE condition_code = 'drip'",
                     [(3, 5, ["PM", "UC1"])]),
    "end of working day": ("SELECT limit_kind, limit_amount, area_class, checked FROM standard WHERE class_code LIKE 'tra%%'",
                           [(4, 2, "core", False)]),
    "d09 no limit is said": ("SELECT limit_kind, limit_amount, calendar FROM standard WHERE class_code = 'life/other'",
                             [(1, 0, "")]),
    "calendar days": ("SELECT limit_kind, limit_amount FROM standard WHERE class_code = 'life/tree'", [(6, 30)]),
    "route": ("SELECT priority, class_code, place, severity, lead, lead_kind, assist, auto_file, auto_dispatch FROM route "
              "ORDER BY n LIMIT 1", [(10, "life/leak", "C1", 1, "PM", "", ["UC1", "UT1"], False, True)]),
    "route for all": ("SELECT class_code, place, severity, lead, lead_kind, auto_file FROM route ORDER BY n DESC LIMIT 1",
                      [("", "", None, "", "", True)]),
    "step": ("SELECT clock, class_code, anchor, percent, offset_us, calendar, action, audience, audience_up, repeat "
             "FROM ladder_step WHERE ladder = 'handle' AND n = 2",
             [(6, "life", 3, None, 4 * 3600 * US, "work", 2, 7, 1, 2)]),
    "step after the one before": ("SELECT anchor, offset_us FROM ladder_step WHERE ladder = 'handle' AND n = 3",
                                  [(4, 86400 * US)]),
    "limit of a tier": ("SELECT limit_kind, limit_amount, calendar FROM policy WHERE name = 'limit.SIGN' AND tier = 2",
                        [(3, 1, "work")]),
    "limit none": ("SELECT limit_kind, limit_amount FROM policy WHERE name = 'limit.HANDLE'", [(1, 0)]),
    "policies": ("SELECT name, value FROM policy WHERE name !~ 'limit' ORDER BY name",
                 [("desk_tier", "community"), ("lease_extensions_max", "2"), ("observed_age_max", "0s"),
                  ("refusal_window", "90m"), ("return_stops_handle", "no"), ("returns_max", "0")]),
    "windows": ("SELECT weekday, from_minute, until_minute FROM calendar_window w JOIN calendar c ON c.id = w.calendar "
                "WHERE c.code = 'work' AND weekday = 5 ORDER BY 2", [(5, 510, 720), (5, 840, 1050)]),
    "dates": ("SELECT date::text, kind, from_minute, until_minute, name FROM calendar_exception ORDER BY date",
              [("2026-02-16", 3, 510, 720, "除夕"), ("2026-10-01", 1, 0, 0, "国庆节"),
               ("2026-10-10", 2, 0, 0, "国庆节调休")]),
    "known until": ("SELECT known_until::text, last_date::text FROM calendar WHERE code = 'work'",
                    [("2026-10-10", "2045-12-31")]),
    "settings": ("SELECT zone, last_date::text, known_until::text FROM calendar WHERE code = 'york'",
                 [("America/New_York", "2030-12-31", "2030-12-31")]),
    "24x7 is always there": ("SELECT count(*), min(from_minute), max(until_minute) FROM calendar_window w "
                             "JOIN calendar c ON c.id = w.calendar WHERE c.code = '24x7'", [(7, 0, 1440)]),
    "zone without change": ("SELECT offset_seconds FROM zone_transition WHERE zone = 'Asia/Shanghai'", [(28800,)]),
    "h03 zone in spring": ("SELECT from_at AT TIME ZONE 'UTC' = timestamp '2015-03-08 07:00', offset_seconds "
                           "FROM zone_transition WHERE zone = 'America/New_York' AND from_at > '2015-01-01' "
                           "ORDER BY from_at LIMIT 1", [(True, -14400)]),
    "h03 zone, both ways each year": ("SELECT count(*) FROM zone_transition WHERE zone = 'America/New_York' "
                                      "AND from_at BETWEEN '2010-01-01' AND '2030-12-31'", [(42,)]),
    "actor": ("SELECT a.name, u.code, p.code, a.roles FROM actor a JOIN unit u ON u.id = a.unit AND u.edition = 2 "
              "JOIN place p ON p.id = a.area WHERE a.code = 'zhang'", [("张三", "UC1", "G1", 2 | 16)]),
    "author and digest": ("SELECT count(*), bool_and(author <> ''), bool_and(length(digest) = 32) FROM edition",
                          [(9, True, True)]),
    "releases": ("SELECT count(*), max(number), (SELECT release FROM district) FROM release", [(8, 8, 8)]),
}


@pytest.mark.parametrize("name", ROWS)
def test_rows_as_they_were_written(loaded, name):
    question, answer = ROWS[name]
    assert loaded.sql(question) == answer


@pytest.mark.parametrize("family", ORDER)
def test_an_unchanged_file_makes_nothing(loaded, family):
    before = loaded.counts()
    told = loaded.json("load", family, RULES / f"{family}.csv")
    assert told["published"] is False
    assert loaded.counts() == before


@pytest.mark.parametrize("family", ORDER)
def test_what_is_shown_loads_again_as_the_same(loaded, family):
    before = loaded.counts()
    path = loaded.file(f"{family}.csv", loaded.good("rules", "show", "--family", family))
    assert loaded.json("load", family, path)["published"] is False
    assert loaded.counts() == before


@pytest.mark.parametrize("family", ["places", "units", "standards", "policies"])
def test_the_order_of_rows_is_no_change(loaded, family):
    head, *rows = list(csv.reader((RULES / f"{family}.csv").open(encoding="utf-8", newline="")))
    with (loaded.folder / "turned.csv").open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows([head, *reversed(rows)])
    assert loaded.json("load", family, loaded.folder / "turned.csv")["published"] is False


# ---- what is refused: family, text of the file, what each complaint must say ----

PLACES = "code,name,kind,tier,parent_code\nD,区,district,district,\n"
UNITS = "code,name,kind,tier,parent_code,place_code\nUD,区中心,tier,district,,D\nUC1,居,tier,community,UD,C1\n" \
        "POL,警,police,district,UD,\nPM,物业,property,community,UC1,X1\nUT1,镇,tier,town,UD,T1\n"
STANDARDS = "class,limit_kind,limit,calendar,runs_from\n"
LADDERS = "ladder,step,clock,anchor,percent,offset,action,audience,repeat\n"
POLICIES = "name,tier,value\n"
CALENDARS = "calendar,day,kind,opens,closes,name\nwork,mon-fri,window,08:00,17:00,\nyork,mon,window,08:00,17:00,\n"
ACTORS = "code,name,unit_code,area_code,roles\n"

BAD = {
    "places: two roots": ("places", PLACES + "E,甲,district,district,\n", ["bad.csv:3: parent_code: is missing"]),
    "places: no root": ("places", "code,name,kind,tier,parent_code\nA,甲,x,,B\nB,乙,x,,A\n",
                        ["lies in itself", "must have none"]),
    "places: cycle": ("places", PLACES + "A,甲,x,,B\nB,乙,x,,C\nC,丙,x,,A\n", ["lies in itself by way of its parents"]),
    "places: unknown parent": ("places", PLACES + "A,甲,x,,Q\n", ['bad.csv:3: parent_code: there is no place "Q"']),
    "places: twice": ("places", PLACES + "A,甲,x,,D\nA,乙,x,,D\n", ['bad.csv:4: code: "A" stands in line 3 already']),
    "places: tier order": ("places", PLACES + "G,格,grid,grid,D\nT,镇,town,town,G\n",
                           ['bad.csv:4: tier: a town cannot lie in "G", which is a grid']),
    "places: a tier that is none": ("places", PLACES + "A,甲,x,city,D\n",
                                    ['bad.csv:3: tier: "city" must be one of: district town community grid']),
    "places: root of another tier": ("places", "code,name,kind,tier,parent_code\nD,区,town,town,\n",
                                     ["bad.csv:2: tier: the root of the tree is the district"]),
    "places: nothing to call it": ("places", PLACES + "A,,x,,D\n,乙,,,D\n",
                                   ["bad.csv:3: name: is missing", "bad.csv:4: code: is missing", "bad.csv:4: kind: is missing"]),
    "places: a code with a space": ("places", PLACES + "A 1,甲,x,,D\n", ['bad.csv:3: code: "A 1" is no code']),
    "places: still named elsewhere": ("places", PLACES, ['published units:2: place_code: there is no place "T1"; it is still',
                                                         'published routes:1: place_code: there is no place "C1"',
                                                         'published actors:1: area_code: there is no place "G1"']),
    "units: unknown place": ("units", UNITS + "A,甲,bureau,district,UD,Q\n", ['bad.csv:7: place_code: there is no place "Q"']),
    "units: unknown parent and successor": ("units", UNITS.replace("place_code\n", "place_code,successor_code\n")
                                            .replace("D\n", "D,\n").replace("1\n", "1,\n").replace("UD,\n", "UD,,\n")
                                            + "A,甲,bureau,district,Q,D,R\n",
                                            ['parent_code: there is no unit "Q"', 'successor_code: there is no unit "R"']),
    "units: cycle": ("units", UNITS.replace("UD,区中心,tier,district,,D", "UD,区中心,tier,district,POL,D"),
                     ["is its own superior by way of its parents"]),
    "units: a superior below": ("units", UNITS + "A,甲,bureau,district,UC1,D\n", ['parent_code: "UC1" stands a tier below']),
    "units: tier of another place": ("units", UNITS.replace("tier,community,UD,C1", "tier,town,UD,C1"),
                                     ['bad.csv:3: tier: must be the tier of its place "C1" (community)']),
    "units: two for a place": ("units", UNITS + "UC2,居,tier,community,UD,C1\n", ["is the tier unit of this place at the same time"]),
    "d25 units: nobody at the backstop": ("units", UNITS.replace("UD,区中心,tier", "UD,区中心,bureau"),
                                          ["its backstop desk must exist"]),
    "units: ends before it begins": ("units", "code,name,kind,tier,place_code,from,until\nUD,区,tier,district,D,2026-01-01T00:00:00Z,"
                                     "2025-01-01T00:00:00Z\n", ["bad.csv:2: until: must lie behind"]),
    "units: an instant without offset": ("units", "code,name,kind,tier,place_code,from\nUD,区,tier,district,D,2026-01-01T00:00:00\n",
                                         ["bad.csv:2: from: ", "write it with its offset"]),
    "t13 units: still named elsewhere": ("units", UNITS.replace("PM,物业,property,community,UC1,X1\n", ""),
                                         ['published competences:3: unit_code: there is no unit "PM"',
                                          'published standards:3: candidates: there is no unit "PM"']),
    "competences: both": ("competences", "unit_code,unit_kind,class\nPOL,police,x\n", ["give either unit_code or unit_kind"]),
    "competences: neither": ("competences", "unit_code,unit_kind,class\n,,x\n", ["give either unit_code or unit_kind"]),
    "competences: unknown kind": ("competences", "unit_code,unit_kind,class\n,circus,x\n", ['no unit has the kind "circus"']),
    "competences: nowhere": ("competences", "unit_code,class\nPOL,x\n", ["place_code: is missing"]),
    "competences: bad class": ("competences", "unit_code,class\nUD,a//b\n", ['bad.csv:2: class: "a//b" is no class']),
    "competences: priority": ("competences", "unit_code,class,priority\nUD,a,high\n", ['priority: "high" must be a whole number']),
    "t09 standards: no limit told": ("standards", STANDARDS + "a,,,,received\n", ["bad.csv:2: limit_kind: is missing"]),
    "t09 standards: zero": ("standards", STANDARDS + "a,working_days,0,work,received\n", ["from 1 to 3660"]),
    "t09 standards: below zero": ("standards", STANDARDS + "a,working_days,-3,work,received\n", ["from 1 to 3660"]),
    "t09 standards: empty": ("standards", STANDARDS + "a,continuous,,,received\n", ["must be a duration"]),
    "d09 standards: 1.0": ("standards", STANDARDS + "a,working_days,1.0,work,received\n", ['limit: "1.0" must be a number of days']),
    "d09 standards: none with an amount": ("standards", STANDARDS + "a,none,3,,received\n", ["none has no amount"]),
    "standards: no calendar": ("standards", STANDARDS + "a,working_time,3h,,received\n", ["calendar: is missing"]),
    "standards: unknown calendar": ("standards", STANDARDS + "a,working_time,3h,moon,received\n",
                                    ['there is no calendar "moon"; there are: 24x7 work york']),
    "standards: from where": ("standards", STANDARDS + "a,none,,,sometime\n", ["one of: observed received dispatched"]),
    "standards: severity": ("standards", "class,severity,limit_kind,runs_from\na,5,none,received\n", ["from 1 to 4"]),
    "standards: twice": ("standards", STANDARDS + "a,none,,,received\na,none,,,observed\n", ["bad.csv:3: class: the same class"]),
    "standards: unknown candidate": ("standards", "class,limit_kind,runs_from,candidates\na,none,received,UD NOBODY\n",
                                     ['candidates: there is no unit "NOBODY"']),
    "standards: yes or no": ("standards", "class,limit_kind,runs_from,checked\na,none,received,true\n", ["must be yes or no"]),
    "standards: a duration in words": ("standards", STANDARDS + "a,continuous,two hours,,received\n", ["must be a duration"]),
    "routes: no priority": ("routes", "priority,class\n,a\n", ["bad.csv:2: priority: is missing"]),
    "routes: two leads": ("routes", "priority,lead_code,lead_kind\n1,POL,police\n", ["not both"]),
    "t12 routes: unknown place": ("routes", "priority,place_code\n1,areas\n", ['place_code: there is no place "areas"']),
    "t12 routes: unknown unit": ("routes", "priority,lead_code,assist_codes\n1,A,B C\n",
                                 ['no unit "A"', 'no unit "B"', 'no unit "C"']),
    "t12 routes: a column nobody knows": ("routes", "priority,area\n1,C1\n", ["the column area is unknown"]),
    "ladders: a gap": ("ladders", LADDERS + "s,1,SIGN,due,,0s,move_up,,\ns,3,SIGN,due,,1h,move_up,,\n", ["without gap; here 2 is due"]),
    "ladders: twice the same step": ("ladders", LADDERS + "s,1,SIGN,due,,0s,move_up,,\ns,1,SIGN,due,,1h,move_up,,\n", ["without gap"]),
    "ladders: percent of nothing": ("ladders", LADDERS + "s,1,SIGN,percent,,0s,remind,,\n", ["percent: is given for the anchor percent"]),
    "ladders: percent elsewhere": ("ladders", LADDERS + "s,1,SIGN,due,80,0s,remind,,\n", ["percent: is given for the anchor percent"]),
    "d26 ladders: tells nobody": ("ladders", LADDERS + "s,1,SIGN,due,,0s,notify,,\n", ["audience: is given for the action notify"]),
    "ladders: no previous": ("ladders", LADDERS + "s,1,SIGN,previous,,1h,remind,,\n", ["the first step has no previous one"]),
    "ladders: repeats at once": ("ladders", LADDERS + "s,1,SIGN,due,,0s,remind,,3\n", ["needs an offset"]),
    "ladders: unknown clock": ("ladders", LADDERS + "s,1,LUNCH,due,,0s,remind,,\n", ['clock: "LUNCH" must be one of: ACCEPT']),
    "ladders: two for one clock": ("ladders", LADDERS + "s,1,SIGN,due,,0s,remind,,\nt,1,SIGN,due,,0s,move_up,,\n",
                                   ['"s" and "t" are for the same clock']),
    "ladders: steps of two clocks": ("ladders", LADDERS + "s,1,SIGN,due,,0s,remind,,\ns,2,HANDLE,due,,0s,move_up,,\n",
                                     ["have the same clock"]),
    "ladders: three hundred firings": ("ladders", LADDERS + "s,1,SIGN,due,,1h,remind,,100\ns,2,SIGN,due,,1h,remind,,100\n"
                                       "s,3,SIGN,due,,1h,remind,,100\n", ["would fire 303 times; at most 250"]),
    "policies: unknown": ("policies", POLICIES + "desk_teir,,town\n", ['bad.csv:2: name: there is no policy "desk_teir"; there are:']),
    "policies: a tier where none is": ("policies", POLICIES + "returns_max,town,3\n", ["only a limit differs by tier"]),
    "policies: not yes or no": ("policies", POLICIES + "rework_new_time,,1\n", ["must be yes or no"]),
    "policies: not a number": ("policies", POLICIES + "returns_max,,-1\n", ["must be a whole number from 0"]),
    "policies: not a duration": ("policies", POLICIES + "refusal_window,,6\n", ["is no duration"]),
    "policies: a limit without its kind": ("policies", POLICIES + "limit.SIGN,,4h\n", ["is no limit; write"]),
    "policies: a limit without its calendar": ("policies", POLICIES + "limit.SIGN,,4h working_time\n", ["is missing"]),
    "policies: a limit of an unknown calendar": ("policies", POLICIES + "limit.SIGN,,4h working_time moon\n", ['no calendar "moon"']),
    "policies: zero": ("policies", POLICIES + "limit.SIGN,,0s continuous\n", ["must be a duration"]),
    "policies: twice": ("policies", POLICIES + "limit.SIGN,,none\nlimit.SIGN,,none\n", ["bad.csv:3: name: the same name and tier"]),
    "calendars: left out": ("calendars", CALENDARS.split("york")[0], ['"york" was published']),
    "calendars: the one that is always there": ("calendars", CALENDARS + "24x7,mon,window,08:00,09:00,\n", ["24x7 is always there"]),
    "h04 calendars: never open": ("calendars", CALENDARS.replace("york,mon,window,08:00,17:00,", "york,2026-01-01,holiday,,,"),
                                  ['bad.csv:3: calendar: "york"']),
    "calendars: windows overlap": ("calendars", CALENDARS + "work,wed,window,16:00,18:00,\n", ['bad.csv:2: calendar: "work"']),
    "calendars: closes first": ("calendars", CALENDARS + "work,sat,window,22:00,06:00,\n", ["bad.csv:4: closes: must lie behind opens"]),
    "calendars: no time of day": ("calendars", CALENDARS + "work,sat,window,8:00,25:61,\n", ['opens: "8:00" must be HH:MM']),
    "calendars: no day": ("calendars", CALENDARS + "work,someday,window,08:00,09:00,\n", ["must be mon … sun"]),
    "calendars: no date": ("calendars", CALENDARS + "work,2026-02-30,holiday,,,\n", ["must be a date"]),
    "calendars: a date twice": ("calendars", CALENDARS + "work,2026-05-01,holiday,,,\nwork,2026-05-01,makeup_workday,,,\n",
                                ["bad.csv:5: day: the date stands in line 4 already"]),
    "calendars: outside its years": ("calendars", CALENDARS + "work,2050-05-01,holiday,,,\n", ["lies outside the calendar"]),
    "calendars: a zone that is none": ("calendars", CALENDARS + "work,zone,setting,,,Asia/Beijing\n",
                                       ['zone: "Asia/Beijing" is no zone']),
    "calendars: a setting that is none": ("calendars", CALENDARS + "work,colour,setting,,,red\n", ["must be one of: zone makeup_weekday"]),
    "calendars: still named": ("calendars", CALENDARS.replace("york", "yorck"), ['"york" was published']),
    "actors: no role": ("actors", ACTORS + "a,甲,UD,D,\n", ["roles: is missing"]),
    "actors: a role that is none": ("actors", ACTORS + "a,甲,UD,D,king\n", ['roles: "king" is no role']),
    "actors: nowhere": ("actors", ACTORS + "a,甲,NONE,NOWHERE,handler\n", ['no unit "NONE"', 'no place "NOWHERE"']),
    "actors: twice": ("actors", ACTORS + "a,甲,UD,D,admin\na,乙,UD,D,admin\n", ["bad.csv:3: code:"]),
    "a row too short": ("places", PLACES + "A,甲,x\n", ["bad.csv:3: the row has 3 fields; the header names 5"]),
    "quotes that do not match": ("places", PLACES + 'A,"甲"乙,x,,D\n', ["bad.csv:3: the quotes of this row do not match"]),
    "a quote that never ends": ("places", PLACES + 'A,"甲,x,,D\n', ["bad.csv:3: the quotes of this row do not match"]),
    "a column twice": ("places", "code,code,name,kind\n", ["the column code stands there twice"]),
    "a column missing": ("places", "code,name\nD,x\n", ["bad.csv:1: kind: the file has no such column"]),
    "an empty file": ("places", "", ["is empty"]),
    "control characters": ("places", PLACES + "A,甲\x07,x,,D\n", ["bad.csv:3: not clean UTF-8"]),
    "bidi overrides": ("places", PLACES + "A,甲\u202e,x,,D\n", ["bad.csv:3: not clean UTF-8"]),
    "several bad lines": ("places", PLACES + "A,,x,,D\nB,乙,,,D\nC,丙,x,moon,D\n",
                          ["bad.csv:3: name", "bad.csv:4: kind", "bad.csv:5: tier", "9 complaints; nothing was published"]),
}


@pytest.mark.parametrize("name", BAD)
def test_refused(loaded, name):
    family, text, words = BAD[name]
    before = loaded.counts()
    done = loaded.run("load", family, loaded.file("bad.csv", text))
    assert done.returncode == 1, done.stdout + done.stderr
    for word in words:
        assert word in done.stderr
    assert done.stdout == ""
    assert loaded.counts() == before


def test_types_and_references_are_complained_of_together(loaded):
    text = STANDARDS + "a,working_days,x,work,received\nb,continuous,1h,,received\nc,working_time,1h,moon,received\n"
    done = loaded.run("load", "standards", loaded.file("bad.csv", text))
    assert "bad.csv:2: limit" in done.stderr and "bad.csv:4: calendar" in done.stderr and "2 complaints" in done.stderr


def test_check_publishes_nothing(loaded):
    before = loaded.counts()
    path = loaded.file("p.csv", POLICIES + "returns_max,,9\n")
    assert loaded.json("load", "policies", path, "--check") == {"family": "policies", "checked": True, "published": False}
    assert loaded.run("load", "policies", loaded.file("p.csv", POLICIES + "returns_max,,x\n"), "--check").returncode == 1
    assert loaded.counts() == before


def open_issue(district, unit, place):
    district.sql("INSERT INTO issue (district_id, version, id, rank, observed_at, received_at, last_at, holder_unit, place, "
                 "holder_desk, reporter, entry_unit, release, state, tier, severity, cause, returns, renewals, redos, "
                 "class_code, clocks) SELECT 1, 1, 1001, 1, now(), now(), now(), u.id, p.id, 3, 1, 1, 1, 5, 3, 2, 1, 0, 0, 0, "
                 "'', '' FROM unit u, place p WHERE u.code = %s AND u.edition = 2 AND p.code = %s", unit, place)


def test_t13_a_unit_or_place_of_an_open_issue_stays(district):
    open_issue(district, "UT1", "B1")
    units = (RULES / "units.csv").read_text(encoding="utf-8")
    more = district.file("u.csv", units + "NEW,新办,team,town,UD,,,,\n")
    district.good("load", "units", more, "--check")
    district.sql("UPDATE issue SET lead_unit = (SELECT id FROM unit WHERE code = 'POL' LIMIT 1)")
    for family in ("routes", "competences", "standards"):
        text = (RULES / f"{family}.csv").read_text(encoding="utf-8").replace("POL,,traffic,D,10,lead\n", "") \
            .replace("no,no,POL", "no,no,").replace("5,traffic,,,,police,,yes,no\n", "")
        district.good("load", family, district.file("x.csv", text))
    done = district.run("load", "units", district.file("u.csv", units.replace("POL,交警大队,police,district,UD,,,,\n", "")))
    assert done.returncode == 1 and 'open issues: unit "POL" has 1 of them' in done.stderr, done.stderr
    places = (RULES / "places.csv").read_text(encoding="utf-8").split("B1,")[0]
    done = district.run("load", "places", district.file("p.csv", places))
    assert done.returncode == 1 and 'open issues: place "B1" has 1 of them' in done.stderr
    district.sql("UPDATE issue SET holder_unit = NULL")
    district.good("load", "places", district.file("p.csv", places))
    district.good("load", "units", district.file("u.csv", units.replace("POL,交警大队,police,district,UD,,,,\n", "")))


def test_now_is_not_for_a_district_with_open_issues(district):
    open_issue(district, "UC1", "C1")
    path = district.file("p.csv", POLICIES + "returns_max,,9\n")
    done = district.run("load", "policies", path, "--now")
    assert done.returncode == 1 and "the district has open issues" in done.stderr
    district.good("load", "policies", path)


def test_not_utf8(loaded):
    (loaded.folder / "bad.csv").write_bytes(PLACES.encode() + "A,甲,x,,D\n".encode("gb18030"))
    done = loaded.run("load", "places", "bad.csv")
    assert done.returncode == 1 and "bad.csv:3: not clean UTF-8" in done.stderr


def test_a_hundred_lines_are_shown_and_the_others_counted(loaded):
    done = loaded.run("load", "places", loaded.file("bad.csv", PLACES + "A,,x,,D\n" * 150))
    shown = [line for line in done.stderr.splitlines() if line.startswith(str(loaded.folder))]
    assert len(shown) == 100 and "… and 205 more" in done.stderr


def test_an_error_for_programs(loaded):
    done = loaded.run("load", "places", loaded.file("bad.csv", PLACES + "A,,x,,D\n"), "--json")
    assert done.returncode == 1
    assert done.stdout.startswith('{"error":"7 complaints; nothing was published","status":1}')


# ---- editions and releases ----

def test_ids_keep_their_meaning(district):
    ids = {table: dict(district.sql(f"SELECT DISTINCT code, id FROM {table}")) for table in ("place", "unit", "calendar")}
    standard = district.one("SELECT id FROM standard WHERE condition_code = 'drip'")
    text = (RULES / "places.csv").read_text(encoding="utf-8")
    district.good("load", "places", district.file("p.csv", text.replace("D,加载区", "A0,新,x,,D\nD,加载区")), "--now")
    assert district.one("SELECT id FROM place WHERE code = 'A0'") == max(ids["place"].values()) + 1
    district.good("load", "places", district.file("p.csv", text), "--now")
    district.good("load", "places", district.file("p.csv", text + "A0,又来,x,,D\nZ9,新,x,,D\n"), "--now")
    assert district.sql("SELECT DISTINCT id FROM place WHERE code = 'A0'") == [(max(ids["place"].values()) + 1,)]
    for table, known in ids.items():
        for code, number in known.items():
            assert district.sql(f"SELECT DISTINCT id FROM {table} WHERE code = %s", code) == [(number,)]
    text = (RULES / "standards.csv").read_text(encoding="utf-8")
    district.good("load", "standards", district.file("s.csv", text.replace("working_days,5", "working_days,6")), "--now")
    assert district.sql("SELECT DISTINCT id FROM standard WHERE condition_code = 'drip'") == [(standard,)]
    assert district.sql("SELECT edition, limit_amount FROM standard WHERE condition_code = 'drip' ORDER BY 1") == [(1, 5), (2, 6)]


def test_units_keep_their_competences_and_the_other_way_round(district):
    text = (RULES / "units.csv").read_text(encoding="utf-8")
    told = district.json("load", "units", district.file("u.csv", text.replace("交警大队", "交警支队")), "--now")
    edition = told["edition"]
    assert district.one("SELECT count(*) FROM competence WHERE edition = %s", edition) == 3
    assert district.one("SELECT u.name FROM competence c JOIN unit u USING (edition) WHERE u.id = c.unit "
                        "AND class_code = 'traffic' AND edition = %s", edition) == "交警支队"
    told = district.json("load", "competences", district.file("c.csv", "unit_kind,class\ntier,life\n"), "--now")
    assert told["edition"] == edition + 1
    assert district.one("SELECT count(*) FROM unit WHERE edition = %s", edition + 1) == 5
    assert district.one("SELECT name FROM unit WHERE code = 'POL' AND edition = %s", edition + 1) == "交警支队"


def test_a_release_names_the_editions_in_force_together(district):
    before = district.sql("SELECT places, units, standards, routes, ladders, policies, calendars FROM release "
                          "ORDER BY number DESC LIMIT 1")[0]
    assert before == (1, 2, 1, 1, 1, 1, 1)
    told = district.json("load", "policies", district.file("p.csv", "name,value\nreturns_max,9\n"), "--author", "王科长")
    assert (told["edition"], told["release"], told["rows"]) == (2, 9, 1)
    assert district.sql("SELECT author, what, places, policies, effective_at - published_at FROM release WHERE number = 9") \
        [0][:4] == ("王科长", "policies from p.csv", 1, 2)
    assert district.one("SELECT extract(epoch FROM effective_at - published_at) FROM release WHERE number = 9") == 10
    assert district.sql("SELECT author, encode(digest, 'hex'), source FROM edition WHERE family = 'policies' AND edition = 2") \
        == [("王科长", told["digest"], "p.csv")]


def test_it_can_hold_from_a_named_instant_on_and_never_before_an_earlier_release(district):
    path = district.file("p.csv", "name,value\nreturns_max,9\n")
    district.good("load", "policies", path, "--effective", "2099-01-01T00:00:00+08:00")
    assert district.one("SELECT extract(epoch FROM effective_at)::bigint FROM release WHERE number = 9") == 4070880000
    again = district.file("q.csv", "name,value\nreturns_max,8\n")
    done = district.run("load", "policies", again, "--effective", "2098-01-01T00:00:00+08:00")
    assert done.returncode == 1 and "cannot hold before it" in done.stderr
    told = district.json("load", "policies", again, "--now")
    assert told["effective_at"] == "2098-12-31T16:00:00.000000Z"


@pytest.mark.parametrize("instant", ["tomorrow", "2020-01-01T00:00:00Z", "2099-01-01T00:00:00"])
def test_an_instant_that_is_past_or_not_clear_is_refused(district, instant):
    done = district.run("load", "policies", district.file("p.csv", "name,value\nreturns_max,9\n"), "--effective", instant)
    assert done.returncode == 2 and "at least 10 s ahead" in done.stderr


def test_all_or_nothing_when_the_database_refuses(district):
    """Whatever fails in the middle of publishing leaves nothing behind."""
    before = district.counts()
    district.sql("ALTER TABLE place ADD CONSTRAINT not_now CHECK (code <> 'LAST')")
    text = (RULES / "places.csv").read_text(encoding="utf-8") + "FIRST,甲,x,,D\nLAST,乙,x,,D\n"
    done = district.run("load", "places", district.file("p.csv", text))
    assert done.returncode == 1 and "nothing was changed" in done.stderr and "23514" in done.stderr
    assert district.counts() == before


def test_two_who_publish_at_once_do_not_mix(district):
    """Who checked against rules that are no longer the newest has to check again."""
    with psycopg2.connect(f"{district.conninfo} user=postgres") as other:
        cursor = other.cursor()
        cursor.execute("SELECT release FROM huying.district FOR UPDATE")
        path = district.file("p.csv", "name,value\nreturns_max,9\n")
        waiting = subprocess.Popen([ADMIN, "load", "policies", path], env=dict(os.environ, HUYING_DATABASE=district.conninfo),
                                   text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        while not district.one("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                               "AND datname = current_database()"):
            assert waiting.poll() is None
        cursor.execute("INSERT INTO huying.release SELECT district_id, number + 1, effective_at, 'x', 'x', places, units, "
                       "standards, routes, ladders, policies, calendars, published_at FROM huying.release "
                       "WHERE number = 8; UPDATE huying.district SET release = 9")
    out, err = waiting.communicate(timeout=60)
    assert waiting.returncode == 75 and "somebody published release 9 meanwhile" in err
    assert district.one("SELECT count(*) FROM edition WHERE family = 'policies'") == 1


# ---- polygons ----

def feature(code, ring, kind="Polygon", property="code"):
    return '{"type": "Feature", "properties": {"%s": "%s"}, "geometry": {"type": "%s", "coordinates": [%s]}}' \
        % (property, code, kind, ring)


SQUARE = "[[113.0, 23.0], [113.2, 23.0], [113.2, 23.2], [113.0, 23.2], [113.0, 23.0]]"
TOUCHES_ITSELF = "[[113.0, 23.0], [113.2, 23.0], [113.2, 23.2], [113.1, 23.0], [113.0, 23.2], [113.0, 23.0]]"
BOW_TIE = "[[113.0, 23.0], [113.2, 23.2], [113.2, 23.0], [113.0, 23.2], [113.0, 23.0]]"


def collection(*features):
    return '{"type": "FeatureCollection", "features": [%s]}' % ", ".join(features)


def test_polygons_belong_to_places_of_any_kind_and_stay(district):
    path = district.file("p.geojson", collection(feature("X1", SQUARE), feature("T1", SQUARE), feature("T1", SQUARE)))
    places = RULES / "places.csv"
    assert district.json("load", "places", places, "--polygons", path, "--now")["published"]
    assert district.sql("SELECT p.code, g.n FROM place_polygon g JOIN place p ON p.id = g.place AND p.edition = g.edition "
                        "ORDER BY 1, 2") == [("T1", 1), ("T1", 2), ("X1", 1)]
    assert not district.json("load", "places", places, "--polygons", path)["published"]
    assert not district.json("load", "places", places)["published"]
    assert district.json("load", "places", places, "--no-polygons", "--now")["published"]
    assert district.one("SELECT count(*) FROM place_polygon WHERE edition = 3") == 0


def test_the_property_may_have_another_name(district):
    path = district.file("p.geojson", collection(feature("X1", SQUARE, property="id")))
    assert district.json("load", "places", RULES / "places.csv", "--polygons", path, "--polygon-code", "id")["published"]


def test_a_ring_that_touches_itself_is_mended_and_said(district):
    path = district.file("p.geojson", collection(feature("X1", TOUCHES_ITSELF)))
    done = district.run("load", "places", RULES / "places.csv", "--polygons", path)
    assert done.returncode == 0 and "feature 1: the polygon of X1 touches or crosses itself; it was mended" in done.stderr
    assert "MultiPolygon" in district.one("SELECT geometry FROM place_polygon")


POLYGONS_BAD = {
    "unknown place": (collection(feature("Q", SQUARE)), 'feature 1: code: there is no place "Q"'),
    "no code": (collection(feature("X1", SQUARE, property="name")), "feature 1: code: the feature has no text property"),
    "a line": (collection(feature("X1", "[113, 23], [113, 24]", kind="LineString")), "must be a Polygon or MultiPolygon"),
    "other units": (collection(feature("X1", "[[1000, 2000], [1001, 2000], [1001, 2001], [1000, 2000]]")), "in WGS84 degrees"),
    "crosses itself": (collection(feature("X1", BOW_TIE)), "crosses itself"),
    "no collection": ('{"type": "Feature"}', "must be a GeoJSON FeatureCollection"),
    "no JSON": ("{", "p.geojson:1: "),
}


@pytest.mark.parametrize("name", POLYGONS_BAD)
def test_polygons_refused(loaded, name):
    text, words = POLYGONS_BAD[name]
    before = loaded.counts()
    done = loaded.run("load", "places", RULES / "places.csv", "--polygons", loaded.file("p.geojson", text))
    assert done.returncode == 1 and words in done.stderr, done.stderr
    assert loaded.counts() == before


# ---- the district itself ----

DISTRICT_BAD = {
    "small letters": ("code,name,zone\nld,x,Asia/Shanghai\n", ["capital letters and digits"]),
    "no zone": ("code,name,zone\nLD,x,\n", ["zone: is missing"]),
    "a zone that is none": ("code,name,zone\nLD,x,Asia/Peking\n", ["is no zone"]),
    "an offset is no zone": ("code,name,zone\nLD,x,UTC+8\n", ["is no zone"]),
    "two": ("code,name,zone\nLD,x,Asia/Shanghai\nLE,x,Asia/Shanghai\n", ["must have exactly one row"]),
    "none": ("code,name,zone\n", ["must have exactly one row"]),
}


@pytest.mark.parametrize("name", DISTRICT_BAD)
def test_district_refused(loaded, name):
    text, words = DISTRICT_BAD[name]
    before = loaded.counts()
    done = loaded.run("load", "district", loaded.file("d.csv", text))
    assert done.returncode == 1 and all(word in done.stderr for word in words), done.stderr
    assert loaded.counts() == before


def test_a_zone_the_calendars_do_not_know_is_refused(loaded):
    done = loaded.run("load", "district", loaded.file("d.csv", "code,name,zone\nLD,x,Europe/Berlin\n"))
    assert done.returncode == 1 and "load calendars with one in that zone first" in done.stderr


def test_a_second_district_beside_the_first(district):
    district.good("load", "district", district.file("d.csv", "code,name,zone\nXY,另区,Asia/Shanghai\n"))
    assert district.sql("SELECT district_id, code, release FROM district ORDER BY 1") == [(1, "LD", 8), (2, "XY", 0)]
    done = district.run("load", "places", RULES / "places.csv")
    assert done.returncode == 2 and "--district CODE, one of: LD XY" in done.stderr
    district.good("load", "places", RULES / "places.csv", "--district", "XY")
    assert district.sql("SELECT district_id, count(*) FROM place GROUP BY 1 ORDER BY 1") == [(1, 7), (2, 7)]


# ---- people ----

def test_actors_are_changed_added_and_disabled_only_when_told(district):
    ids = dict(district.sql("SELECT code, id FROM actor"))
    path = district.file("a.csv", ACTORS + "zhang,张三丰,UC1,C1,handler\nzhao,赵六,UD,D,admin\n")
    assert district.json("load", "actors", path) == {"family": "actors", "published": True, "edition": 2, "added": 1,
                                                     "changed": 1, "disabled": 0}
    assert district.sql("SELECT name, roles, id FROM actor WHERE code = 'zhang'") == [("张三丰", 16, ids["zhang"])]
    assert district.one("SELECT count(*) FROM actor WHERE active") == 4
    assert district.json("load", "actors", path, "--replace")["disabled"] == 2
    assert district.sql("SELECT code FROM actor WHERE active ORDER BY 1") == [("zhang",), ("zhao",)]
    assert district.json("load", "actors", path, "--replace")["published"] is False
    assert district.one("SELECT count(*) FROM actor_history WHERE id = %s", ids["zhang"]) == 2


# ---- a city's own tables ----

CITY = "部门编号,名称,级别,上级,状态,区域\nX-1,中心,区,,在用,D\nX-2,东镇办,镇,X-1,在用,T1\nX-3,旧办,镇,X-1,撤销,T2\nX-4,居委,社,X-2,在用,C1\n"
MAPPING = """{"columns": {"code": "部门编号", "name": "名称", "tier": "级别", "parent_code": "上级", "place_code": "区域"},
 "fixed": {"kind": "tier"}, "values": {"tier": {"区": "district", "镇": "town", "社": "community"}},
 "skip": [{"column": "状态", "matches": "^撤销$"}],
 "when": [{"column": "部门编号", "matches": "^X-([0-9]+)$", "set": {"code": "U\\\\1"}},
          {"column": "上级", "matches": "^X-([0-9]+)$", "set": {"parent_code": "U\\\\1"}}]}"""


def test_a_mapping_makes_a_citys_table_ours(empty):
    empty.good("load", "district", RULES / "district.csv")
    empty.good("load", "places", RULES / "places.csv", "--now")
    empty.good("load", "units", f"{empty.file('u.csv', CITY)}:{empty.file('m.json', MAPPING)}", "--now")
    assert empty.sql("SELECT u.code, u.name, u.tier, p.code FROM unit u LEFT JOIN unit p ON p.id = u.parent ORDER BY 1") == [
        ("U1", "中心", 1, None), ("U2", "东镇办", 2, "U1"), ("U4", "居委", 3, "U2")]


def test_bom_and_carriage_returns_are_no_matter(empty):
    empty.good("load", "district", RULES / "district.csv")
    text = "\ufeff" + PLACES.replace("\n", "\r\n") + "\r\nA,甲,x,,D"
    (empty.folder / "p.csv").write_bytes(text.encode())
    assert empty.json("load", "places", "p.csv")["rows"] == 2


MAPPINGS_BAD = {
    "our column": ('{"columns": {"kode": "部门编号"}}', '"columns" names the column kode, which is unknown'),
    "the file's column": ('{"columns": {"code": "编号"}}', '"columns" names the file\'s column 编号, but'),
    "a part nobody knows": ('{"column": {}}', "nothing but columns, fixed, values, skip, when, join"),
    "no expression": ('{"skip": [{"column": "状态", "matches": "("}]}', "is not a POSIX extended regular expression"),
    "no JSON": ("{", "m.json:1:"),
    "join of nothing": ('{"join": {"code": ["{甲}"]}}', '"join" names the file\'s column 甲'),
    "when without set": ('{"when": [{"column": "状态", "matches": "x"}]}', '"when" must be a list of'),
    "a name twice": ('{"fixed": {"kind": "a", "kind": "b"}}', "duplicate"),
}


@pytest.mark.parametrize("name", MAPPINGS_BAD)
def test_mapping_refused(loaded, name):
    mapping, words = MAPPINGS_BAD[name]
    done = loaded.run("load", "units", f"{loaded.file('u.csv', CITY)}:{loaded.file('m.json', mapping)}")
    assert done.returncode == 1 and words in done.stderr, done.stderr


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not beside the project")
def test_the_standards_of_a_city_load_by_a_mapping(district, record_property):
    told = district.json("load", "standards", f"{SHARED}/cn-case-standards.csv:{ROOT}/tests/real/cn-standards.json", "--now")
    assert told["rows"] == 279
    kinds = dict(district.sql("SELECT v.word || ' ' || limit_amount, count(*) FROM standard s JOIN vocab v ON "
                              "v.kind = 'limit_kind' AND v.number = s.limit_kind WHERE edition = 2 GROUP BY 1"))
    hour = 3600 * US
    assert kinds == {"working_days 1": 78, "working_days 2": 47, "working_days 3": 58, "working_days 4": 1,
                     "working_days 5": 43, "working_days 7": 5, "working_days 10": 1, "working_days 15": 1,
                     f"working_time {2 * hour}": 3, f"working_time {4 * hour}": 23,
                     f"continuous {2 * hour}": 15, f"continuous {4 * hour}": 4}
    assert district.one("SELECT close_condition FROM standard WHERE edition = 2 AND class_code = '部件/01/01' "
                        "AND condition_code = '缺失、移位、开裂，存在安全隐患的'") == "恢复"


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not beside the project")
def test_three_years_of_holidays_load_as_they_are(district):
    mapping = district.file("m.json", '{"columns": {"day": "date"}, "fixed": {"calendar": "work"}}')
    hours = district.file("h.csv", CALENDARS)
    district.good("load", "calendars", hours, f"{SHARED}/cn-calendar.csv:{mapping}", "--now")
    assert district.one("SELECT count(*) FROM calendar_exception WHERE edition = 2") == 141
