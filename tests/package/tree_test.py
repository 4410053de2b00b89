#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""tree_test.py RELAY CLI: what the Debian package is made of says what these programs say.

The package itself is built and tried by `./dev package test`, which takes minutes.
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
UNIT = ROOT / "server/magpie-relay.service"
CLI = sys.argv.pop()
RELAY = sys.argv.pop()
PAGES = [(RELAY, "8", "server/magpie-relay.h2m"), (CLI, "1", "client/cli/magpie-cli.h2m")]
ANALYZE = shutil.which("systemd-analyze")


def output(*words):
    return subprocess.run(words, check=True, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, cwd=ROOT).stdout


class Package(unittest.TestCase):
    def test_its_version_is_that_of_the_programs(self):
        version = re.match(r"magpie \(([^)]+)\)", (ROOT / "debian/changelog").read_text())[1]
        self.assertEqual(output(RELAY, "--version").strip(), f"magpie-relay {version}")
        self.assertEqual(output(CLI, "--version").strip(), f"magpie-cli {version}")

    def test_what_it_takes_from_the_tree_is_there(self):
        for kind in ("install", "docs", "manpages"):
            for list_of_files in (ROOT / "debian").glob(f"*.{kind}"):
                for line in list_of_files.read_text().splitlines():
                    name = line.split()[0]
                    self.assertTrue(name.startswith("obj/") or (ROOT / name).is_file(), name)

    def test_it_is_built_with_what_the_programs_are_built_with(self):
        packages = (ROOT / "scripts/packages.txt").read_text()
        needed = set()
        for section in ("crypto", "relay and client core"):
            needed |= set(re.search(rf"^# {section}\n((?:\S+\n)+)", packages, re.M)[1].split())
        control = (ROOT / "debian/control").read_text()
        depends = re.search(r"^Build-Depends:((?:.*\n )*.*)", control, re.M)
        self.assertEqual(needed - set(re.split(r"[\s,]+", depends[1])), set())

    def test_manual_pages_have_every_command_and_option(self):
        for program, section, more in PAGES:
            page = output("scripts/manpage", program, section, more).replace("\\-", "-")
            said = output(program, "--help-all")
            commands = re.findall(r"^([a-z-]+)$", said, re.M)
            options = re.findall(r"^ +(?:-\w,)?(--[a-z-]+)", said, re.M)
            self.assertGreater(len(commands), 5)
            self.assertEqual(re.findall(r'^\.SS "?([a-z-]+):"?$', page, re.M), commands)
            self.assertEqual(re.findall(r"^(?:\\fB-\w\\fR,|\\fB)(--[a-z-]+)", page, re.M)[:len(options)],
                             options)

    def test_completion_offers_commands_then_their_options(self):
        def offered(program, *words):
            name = pathlib.Path(program).name
            return output("bash", "-c", f"""
                eval "$(scripts/completion {program})"
                COMP_WORDS=({name} {' '.join(words)}) COMP_CWORD={len(words)}
                _{name}; printf '%s\n' "${{COMPREPLY[@]}}" """).split()

        self.assertEqual(offered(RELAY, "inv"), ["invite"])
        self.assertEqual(offered(RELAY, "backup", "--data", "x", "--t"), ["--to"])
        self.assertEqual(offered(CLI, "saf"), ["safety-number"])
        self.assertEqual(offered(CLI, "join", "link", "--pi"), ["--pin"])
        self.assertEqual(offered(CLI, "join", "link", "--pro"), ["--profile"])
        self.assertEqual(offered(CLI, "rooms", "--pi"), [])

    @unittest.skipUnless(ANALYZE, "no systemd here")
    def test_systemd_understands_the_service_and_confines_it(self):
        with tempfile.TemporaryDirectory() as folder:
            unit = pathlib.Path(folder, UNIT.name)
            unit.write_text(UNIT.read_text().replace("/usr/bin/magpie-relay", RELAY))
            self.assertEqual(output(ANALYZE, "verify", "--man=no", str(unit)), "")
        output(ANALYZE, "security", "--offline=yes", "--threshold=12", str(UNIT))


if __name__ == "__main__":
    unittest.main()
