"""tally.py BUILD SUITE …: builds what the suites need, runs them, counts every row.

A suite is a folder here. It may hold executables that meson knows (`test(…, suite: NAME)`), scripts `*.tap`
that print TAP themselves, and pytest files `test_*.py`. An executable that ends badly without saying which
row failed, or says fewer rows than it planned, counts as one more failure: silence is not success.
"""

import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree

TESTS = pathlib.Path(__file__).resolve().parent
WORKERS = os.cpu_count() or 1
ROW = re.compile(r"^(not )?ok\b\s*\d*\s*(?:- )?(.*)$")
PLAN = re.compile(r"^1\.\.(\d+)")


class Count:
    """What a suite, or the whole run, came to."""

    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.failures = []  # (name, lines that tell why)
        self.figures = []  # lines worth a place in the output of a good run

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped
        self.failures += other.failures
        self.figures += other.figures

    def fail(self, name, lines):
        self.failed += 1
        self.failures.append((name, lines))

    def __str__(self):
        words = f"{self.passed} passed, {self.failed} failed"
        return words + (f", {self.skipped} skipped" if self.skipped else "")


def read_tap(name, lines, ended):
    """Counts the rows of one TAP stream. `lines` may come as the program runs; `ended` then waits for it, and
    gives its status and what it said on the side. Comments belong to the row before them."""
    count = Count()
    planned = rows = 0
    loose = []  # what stands behind no failed row
    failed = None
    for line in lines:
        line = line.rstrip("\n")
        if plan := PLAN.match(line):
            planned += int(plan[1])
        elif row := ROW.match(line):
            rows += 1
            words, failed = row[2], None
            if "# SKIP" in words.upper():
                count.skipped += 1
                count.figures.append(f"skipped: {name}: {words}")
            elif row[1]:
                failed = []
                count.fail(f"{name}: {words}", failed)
            else:
                count.passed += 1
        elif line.startswith("# figure: "):
            count.figures.append(line.removeprefix("# figure: "))
        else:
            (loose if failed is None else failed).append(line)
    status, aside = ended()
    aside = aside.splitlines()[-60:]
    if rows < planned or rows == 0:
        count.fail(name, [f"{rows} of {planned} rows were run", *loose[-30:], *aside])
    elif status != 0 and count.failed == 0:
        count.fail(name, [f"ended with status {status}", *loose[-30:], *aside])
    elif count.failed:
        count.failures[-1][1].extend(aside)
    return count


def run_executable(test, build):
    env = dict(os.environ, **test["env"])
    process = subprocess.Popen(test["cmd"], cwd=test["workdir"] or build, env=env, text=True, errors="replace",
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
    patience = max(test["timeout"], 60)
    try:
        said, aside = process.communicate(timeout=patience)
    except subprocess.TimeoutExpired:
        process.kill()
        said, aside = process.communicate()
        aside += f"\nnot done after {patience} s"
    return read_tap(test["name"], said.splitlines(), lambda: (process.returncode, aside))


def run_script(path):
    """A script tells how it gets on in comments, which are passed on at once."""
    process = subprocess.Popen([path], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                               stdin=subprocess.DEVNULL, errors="replace")

    def lines():
        for line in process.stdout:
            if line.startswith("# ") and not line.startswith("# figure: "):
                print("  " + line[2:].rstrip(), flush=True)
            yield line

    return read_tap(path.stem, lines(), lambda: (process.wait(), ""))


def run_pytest(folder):
    report = pathlib.Path(os.environ["TMPDIR"], f"{folder.name}.xml")
    done = subprocess.run(["/usr/bin/python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short",
                           f"--basetemp={report.with_suffix('')}", f"--junitxml={report}", "-o", "junit_family=xunit1",
                           folder], cwd=TESTS, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    count = Count()
    cases = list(xml.etree.ElementTree.parse(report).iter("testcase")) if report.exists() else []
    for case in cases:
        name = f"{case.get('classname')}: {case.get('name')}"
        bad = case.find("failure") if case.find("failure") is not None else case.find("error")
        if bad is not None:
            count.fail(name, (bad.text or bad.get("message")).splitlines())
        elif case.find("skipped") is not None:
            count.skipped += 1
            count.figures.append(f"skipped: {name}: {case.find('skipped').get('message')}")
        else:
            count.passed += 1
        count.figures += [p.get("value") for p in case.iter("property") if p.get("name") == "figure"]
    if done.returncode not in (0, 1) or not cases:
        count.fail(f"pytest {folder.name}", done.stdout.splitlines()[-60:])
    return count


def run_suite(suite, tests, build):
    folder = TESTS / suite
    count = Count()
    parallel = [test for test in tests if test["is_parallel"]]
    alone = [test for test in tests if not test["is_parallel"]]
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for part in pool.map(lambda test: run_executable(test, build), parallel):
            count.add(part)
    for test in alone:
        count.add(run_executable(test, build))
    for script in sorted(folder.glob("*.tap")):
        count.add(run_script(script))
    if any(folder.rglob("test_*.py")):
        count.add(run_pytest(folder))
    return count


def is_of(test, suite):
    return any(name.split(":")[-1] == suite for name in test["suite"])


def build_suites(build, suites):
    """All of it, or for suites of C tests alone just these, so that one room can be tested while another is open."""
    targets = []
    if not any(any((TESTS / suite).glob(kind)) for suite in suites for kind in ("test_*.py", "*.tap")):
        tests = introspect(build)
        targets = [os.path.relpath(test["cmd"][0], build) for test in tests if any(is_of(test, s) for s in suites)]
    done = subprocess.run(["ninja", "-C", build, *targets], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        print("\n".join(line for line in done.stdout.splitlines() if not line.startswith("["))[-8000:])
    return done.returncode == 0


def introspect(build):
    return json.loads(subprocess.run(["meson", "introspect", "--tests", build], check=True, text=True,
                                     stdout=subprocess.PIPE).stdout)


def main():
    build, *suites = sys.argv[1:]
    if suites != ["bare"] and not build_suites(build, suites):
        print("the build failed\n0 passed, 1 failed")
        return 1
    tests = introspect(build)
    total = Count()
    for suite in suites:
        began = time.monotonic()
        count = run_suite(suite, [test for test in tests if is_of(test, suite)], build)
        for figure in count.figures:
            print(f"  {figure}")
        for name, lines in count.failures:
            print(f"  FAILED {name}")
            print("\n".join("    " + line for line in lines))
        print(f"{suite:8}{count}  ({time.monotonic() - began:.1f} s)", flush=True)
        total.add(count)
    print(total)
    return 1 if total.failed or not total.passed + total.skipped else 0


sys.exit(main())
