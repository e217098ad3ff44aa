"""What the checks of the house share: where the tree is, and C sources read the way a compiler would."""

import os
import pathlib
import re
import subprocess

ROOT = pathlib.Path(os.environ.get("HUYING_ROOT") or pathlib.Path(__file__).resolve().parents[2])
BUILD = pathlib.Path(os.environ.get("HUYING_BUILD") or ROOT / "build/test")

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)
TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def project_files():
    """Everything that belongs to the project: tracked or about to be, never what is built."""
    listed = subprocess.run(["git", "-c", "safe.directory=*", "ls-files", "-co", "--exclude-standard"],
                            cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
    return sorted(path for path in map(pathlib.Path, listed.stdout.splitlines()) if (ROOT / path).is_file())


FILES = project_files()


def files(top, *endings):
    return [path for path in FILES if path.parts[0] == top and path.suffix in endings]


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def includes(path):
    """(is it one of the system's, name) for each #include."""
    return [(mark == "<", name) for mark, name in INCLUDE.findall(read(path))]


def strings(text):
    """The string literals of C, neighbours joined as the compiler joins them."""
    joined, last_end = [], None
    for token in TOKEN.finditer(text):
        if token[0][0] != '"':
            continue
        if last_end is not None and not text[last_end:token.start()].strip():
            joined[-1] += token[0][1:-1]
        else:
            joined.append(token[0][1:-1])
        last_end = token.end()
    return joined


def without_comments(text):
    return TOKEN.sub(lambda token: token[0] if token[0][0] in "\"'" else " ", text)


def names(path):
    """For pytest: a row is called by the file it is about."""
    return str(path)
