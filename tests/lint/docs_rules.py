#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents say what is there: what they name in backquotes must exist.

In every document:      a relative link leads to a file of the tree;
                        `Suite.test_name` is a test of the tree;
                        `folder/file.ext` is a file of the tree, `folder/name` a folder or a
                        header without its .h;
                        `Class::function` is defined somewhere in the tree.
In architecture.md's
"one sent message":     `Class::function` is defined in a file that the same step names.

docs_rules.py [ROOT]      prints each wrong name, false where there is one
docs_rules.py --self-test plants wrong names and wants each found
"""
import pathlib
import re
import sys
import tempfile

LINK = re.compile(r"\]\(([^)#:]+)(#[^)]*)?\)")
NAME = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:client|crypto|server|proto|tests|scripts|docs|cmake)/[\w./-]+\.\w+$")
FOLDER = re.compile(r"(?:client|crypto|server|proto|tests|scripts|docs|cmake)(?:/[\w-]+)+/?$")
FUNCTION = re.compile(r"(?:[A-Z]\w*::)+~?\w+$")
DEFINED = re.compile(r"\b(?:[A-Z]\w*::)+~?\w+(?=\s*\()")
TEST = re.compile(r"([A-Z]\w+)\.([a-z]\w+)$")
CPP_TEST = re.compile(r"\b(?:TEST|TEST_F|TEST_P|TYPED_TEST)\(\s*(\w+)\s*,\s*(\w+)\s*\)")
STEP = re.compile(r"^\d+\. .*(?:\n(?!\d+\. |\n|#).*)*", re.MULTILINE)
FLOW = re.compile(r"^## .*one sent message.*\n((?:(?!## ).*\n)*)", re.MULTILINE)


def tests_of(root):
    found = set()
    for file in (root / "tests").rglob("*.cpp"):
        found.update(CPP_TEST.findall(file.read_text(encoding="utf-8")))
    return found


def functions_of(root):
    found = set()
    for folder in ("client", "crypto", "server", "tests"):
        for file in (root / folder).rglob("*.cpp"):
            found.update(DEFINED.findall(file.read_text(encoding="utf-8")))
    return found


def is_missing(name, tests):
    """Other names have a dot too: what has the form of a test's name, or its suite, counts."""
    suites = {suite for suite, _ in tests}
    return name not in tests and (name[0] in suites or "_" in name[1])


def wrong_names(root, document, tests, functions):
    text = document.read_text(encoding="utf-8")
    for target, _ in LINK.findall(text):
        if not (document.parent / target).exists():
            yield f"links to {target}, which is not there"
    for name in NAME.findall(text):
        test = TEST.match(name)
        if PATH.match(name) and not (root / name).is_file():
            yield f"names {name}, which is no file"
        elif FOLDER.match(name) and not ((root / name).exists() or (root / f"{name}.h").exists()):
            yield f"names {name}, which is not there"
        elif FUNCTION.match(name) and name not in functions:
            yield f"names {name}, which nothing defines"
        elif test and is_missing(test.groups(), tests) and not (root / name).exists():
            yield f"names the test {name}, which is not there"


def wrong_steps(root, document):
    flow = FLOW.search(document.read_text(encoding="utf-8"))
    steps = STEP.findall(flow.group(1)) if flow else []
    if len(steps) != 12:
        yield f"has {len(steps)} steps of one sent message instead of twelve"
    for number, step in enumerate(steps, 1):
        names = NAME.findall(step)
        code = "".join((root / name).read_text(encoding="utf-8") for name in names
                       if PATH.match(name) and (root / name).is_file())
        functions = [name for name in names if re.fullmatch(r"(\w+::)+~?\w+", name)]
        if not functions:
            yield f"step {number} names no function"
        for function in functions:
            if not re.search(rf"\b{re.escape(function)}\s*\(", code):
                yield f"step {number} names {function}, which none of its files defines"


def check(root):
    tests = tests_of(root)
    functions = functions_of(root)
    documents = sorted(root.glob("*.md")) + sorted((root / "docs").glob("*.md"))
    for document in documents:
        found = list(wrong_names(root, document, tests, functions))
        if document.name == "architecture.md":
            found += wrong_steps(root, document)
        for what in found:
            yield f"{document.relative_to(root)}: {what}"


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = pathlib.Path(folder)
        (root / "tests").mkdir()
        (root / "docs").mkdir()
        (root / "server").mkdir()
        (root / "tests/a_test.cpp").write_text("TEST(Vault, opens) {}\n")
        (root / "server/a.cpp").write_text("void A::run() {}\n")
        good = "`Vault.opens` `Content.seen` [a](docs/a.md) `server/a.cpp` `A::run`\n"
        (root / "README.md").write_text(good)
        (root / "docs/a.md").write_text("`Vault.shuts` [b](b.md) `server/b.cpp` `server/b` `A::b`\n")
        step = "{}. `server/a.cpp` `A::run`\n"
        right = "".join(step.format(number) for number in range(1, 12))
        flow = "## The way of one sent message\n" + right + "12. `server/a.cpp` `A::walk`\n"
        (root / "docs/architecture.md").write_text(flow)
        found = list(check(root))
    wanted = ["docs/a.md: links to b.md, which is not there",
              "docs/a.md: names the test Vault.shuts, which is not there",
              "docs/a.md: names server/b.cpp, which is no file",
              "docs/a.md: names server/b, which is not there",
              "docs/a.md: names A::b, which nothing defines",
              "docs/architecture.md: step 12 names A::walk, which none of its files defines",
              "docs/architecture.md: names A::walk, which nothing defines"]
    if sorted(found) != sorted(wanted):
        print("found instead of what was planted:", *found, sep="\n")
        return 1
    return 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    here = pathlib.Path(__file__).resolve().parents[2]
    found = list(check(pathlib.Path(arguments[0]) if arguments else here))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
