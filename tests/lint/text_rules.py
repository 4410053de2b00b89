#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the text of every file in the tree must be.

text_rules.py [ROOT]      prints each breach, false where there is one
text_rules.py --self-test plants breaches and wants each found
"""
import pathlib
import re
import subprocess
import sys
import tempfile

LICENCE = "SPDX-License-Identifier: GPL-3.0-or-later"
LICENSED = {".h", ".cpp", ".py", ".sh", ".proto", ".qml", ".js", ".cmake"}
CODE = {".h", ".cpp"}

# What is put off belongs into the list of work, not into the code; the pattern is written so that
# this file passes its own rule.
PUT_OFF = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
# Paths of somebody's machine; what a document tells a reader to type is relative or in /var, /etc.
MACHINE = re.compile(r"(?<![\w.~$}])/(home|root|work|Users|mnt)/\w")
THROW = re.compile(r"^(?!\s*(//|\*)).*\bthrow\b", re.MULTILINE)
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/|\"(\\.|[^\"\\\n])*\"", re.DOTALL)


def is_licensed(path, text):
    return (path.suffix in LICENSED or path.name in ("CMakeLists.txt", "dev")
            or text.startswith("#!"))


def breaches(path, text):
    if is_licensed(path, text) and LICENCE not in "\n".join(text.splitlines()[:2]):
        yield "has no licence line at its head"
    if PUT_OFF.search(text):
        yield "puts something off"
    if MACHINE.search(text):
        yield "names a path of one machine"
    if path.suffix in CODE and THROW.search(COMMENT.sub("", text)):
        yield "throws; errors are values (crypto/base/result.h)"
    if text and not text.endswith("\n"):
        yield "does not end with a line end"
    if any(line != line.rstrip() for line in text.splitlines()) and path.suffix != ".md":
        yield "has blanks at the end of a line"


def files(root):
    listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "-co", "--exclude-standard"],
                            capture_output=True, check=False)
    if listed.returncode == 0:
        return [root / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in root.rglob("*") if path.is_file()]


def check(root):
    for path in sorted(files(root)):
        if path.name == "LICENSE" or not path.is_file():
            continue
        if path.is_relative_to(root / "tests/fuzz/corpus"):
            continue  # a fuzzer's input, text or not
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        for breach in breaches(path, text):
            yield f"{path.relative_to(root)}: {breach}"


PLANTED = [
    ("a.cpp", "int a;\n"),
    ("script", "#!/bin/bash\ntrue\n"),
    ("b.h", f"// {LICENCE}\n// TO" "DO: more\n"),
    ("c.md", "Look into /ho" "me/someone/magpie.\n"),
    ("d.cpp", f"// {LICENCE}\nvoid f() {{ throw 1; }}\n"),
    ("e.py", f"# {LICENCE}\npass"),
    ("f.cpp", f"// {LICENCE}\nint a; \n"),
]
HONEST = [
    ("a.cpp", f"// {LICENCE}\n// Must not throw.\nconst char* a = \"throw\";\n"),
    ("script", f"#!/bin/bash\n# {LICENCE}\ntrue\n"),
]


def found_in(planted):
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        for name, text in planted:
            (root / name).write_text(text, encoding="utf-8")
        return {line.split(":")[0] for line in check(root)}


def self_test():
    missed = {name for name, _ in PLANTED} - found_in(PLANTED)
    wrong = found_in(HONEST)
    for name in sorted(missed):
        print(f"not found: {name}")
    for name in sorted(wrong):
        print(f"wrongly refused: {name}")
    return 1 if missed or wrong else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    here = pathlib.Path(__file__).resolve().parents[2]
    found = list(check(pathlib.Path(arguments[0]) if arguments else here))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
