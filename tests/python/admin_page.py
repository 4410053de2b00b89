# SPDX-License-Identifier: GPL-3.0-or-later
"""What docs/admin.md tells an administrator to type, in its order."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parents[2]


def lines_of_page():
    """Every indented line: a command, or a setting of relay.toml."""
    lines = re.findall(r"^    (\S.*)$", (ROOT / "docs/admin.md").read_text(), re.MULTILINE)
    assert len(lines) > 12
    return lines


def setting_of(line):
    """The name of the setting, or None where the line is a command."""
    found = re.match(r"([a-z_]+) = ", line)
    return found and found[1]
