"""Statements as they stand in their files, turned into one header of strings: embed.py OUTPUT FILE.sql …"""

import pathlib
import sys


def literal(sql):
    lines = [line for line in sql.splitlines() if line.strip() and not line.startswith("--")]
    return " \\\n".join('\t"' + line.replace("\\", "\\\\").replace('"', '\\"') + '\\n"' for line in lines)


def main(output, *files):
    parts = ["/* statements.h — made from the .sql files; each macro is the file of that name. */"]
    for path in map(pathlib.Path, files):
        parts.append(f"#define SQL_{path.stem.upper()} \\\n{literal(path.read_text(encoding='utf-8'))}")
    pathlib.Path(output).write_text("\n".join(parts) + "\n", encoding="utf-8")


main(*sys.argv[1:])
