#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sums up ctest's reports: what failed, what was skipped and why, and one last line of counts.

count_tests.py BROKEN PRESET=REPORT...
BROKEN is 1 where a build or a run did not succeed as a whole. True only where nothing failed.
"""
import re
import sys
import xml.etree.ElementTree as xml


def outcome(case):
    """'passed', 'failed' or 'skipped'; a test that did not run for another reason has failed."""
    output = case.findtext("system-out") or ""
    if case.get("status") == "run":
        return "passed"
    skipped = case.find("skipped")
    if skipped is not None and skipped.get("message", "").startswith("SKIP_"):
        # ctest takes a skip as final even where an expectation failed before it.
        return "failed" if "[  FAILED  ]" in output else "skipped"
    return "failed"


def reason(case):
    output = case.findtext("system-out") or ""
    match = re.search(r": Skipped\n(.*?)\n*\[  SKIPPED \]", output, re.DOTALL)
    return " ".join(match.group(1).split()) if match else "no reason given"


def main(broken, reports):
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    failed, reasons = [], {}
    for report in reports:
        preset, path = report.split("=", 1)
        for case in xml.parse(path).getroot().iter("testcase"):
            result = outcome(case)
            counts[result] += 1
            name = f"{case.get('name')} ({preset})"
            if result == "failed":
                failed.append(name)
            elif result == "skipped":
                reasons.setdefault(reason(case), []).append(name)
    print()
    for why, names in sorted(reasons.items()):
        print(f"skipped: {why}")
        for name in names:
            print(f"  {name}")
    for name in failed:
        print(f"failed: {name}")
    if broken and not failed:
        print("failed: a build or a run of the tests, see above")
        counts["failed"] += 1
    if not counts["passed"] and not counts["failed"]:
        print("failed: no test ran")
        counts["failed"] += 1
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} skipped")
    return 1 if counts["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] == "1", sys.argv[2:]))
