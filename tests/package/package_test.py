#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""package_test.py ROOT FOLDER: the packages in FOLDER, in the bare Debian 12 at ROOT.

docs/admin.md is followed command by command, as it is written. In between two people meet and
write, and the package is upgraded under them; at the end it is purged. What systemd makes of the
service is what a relay's machine would: its sandbox, its user, its stop.
"""
import pathlib
import re
import shutil
import subprocess
import sys

from machine import Machine, wait_until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "python"))
from admin_page import lines_of_page, setting_of  # noqa: E402

DATA = "/var/lib/magpie-relay"
AS_RELAY = "runuser -u magpie-relay -- magpie-relay"


def prepare(root, folder):
    """What needs the network, before the machine has none: all that the packages depend on."""
    debs = sorted(folder.glob("*.deb"))
    built = root / "build/package"
    built.mkdir(parents=True)
    for deb in debs:
        if "dbgsym" not in deb.name:
            shutil.copy(deb, built)
    (root / "etc/apt/apt.conf.d/90test").write_text('APT::Get::Assume-Yes "true";\n')
    depends = [subprocess.run(["dpkg-deb", "-f", str(deb), "Depends"], check=True, text=True,
                              stdout=subprocess.PIPE).stdout.strip() for deb in built.glob("*.deb")]
    subprocess.run(["chroot", str(root), "apt-get", "satisfy", "--no-install-recommends", "curl",
                    *depends], check=True, stdout=subprocess.DEVNULL)


def make_higher_version(root):
    """The same package, as if it were a later one; its path in the machine."""
    deb = next((root / "build/package").glob("magpie-relay_*.deb"))
    tree = root / "later"
    subprocess.run(["dpkg-deb", "-R", str(deb), str(tree)], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub(r"^(Version: .*)$", r"\1+later", control.read_text(), flags=re.M))
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", str(tree), str(root / "later.deb")],
                   check=True, stdout=subprocess.DEVNULL)
    shutil.rmtree(tree)
    return "/later.deb"


def files(root):
    """All files but what apt and systemd write down for themselves."""
    found = set()
    for top in ("etc", "usr", "lib", "var", "srv", "opt"):
        found.update(str(path.relative_to(root)) for path in (root / top).rglob("*"))
    own = re.compile(r"var/(cache|log|lib/(dpkg|apt)|tmp)/|etc/(passwd|group|g?shadow)-$|"
                     r"var/lib/systemd/(deb-systemd-helper-\w+$|catalog|random-seed)")
    return {path for path in found if not own.match(path)}


def health(machine):
    status = machine.run(f"{AS_RELAY} status --data {DATA}", check=False)
    found = re.search(r"^health +(\w+)$", status, re.M)
    return found and found[1]


def main_process(machine):
    return machine.run("systemctl show --value --property MainPID magpie-relay").strip()


def stops_of(machine):
    return machine.run("journalctl -u magpie-relay -o cat").count("event=stopped")


def look_at_service(machine):
    """Runs as its own user, confined by systemd and by itself."""
    wait_until("the service answers", lambda: health(machine) == "ok")
    assert machine.run("systemctl is-enabled magpie-relay").strip() == "enabled"
    process = machine.run(f"cat /proc/{main_process(machine)}/status")
    assert re.search(r"^Seccomp:\s+2$", process, re.M) and re.search(r"^NoNewPrivs:\s+1$", process,
                                                                    re.M), process
    assert re.search(r"^CapEff:\s+0+$", process, re.M), process
    owner = machine.run(f"stat -c %U /proc/{main_process(machine)} {DATA} {DATA}/relay.key")
    assert set(owner.split()) == {"magpie-relay"}, owner
    assert machine.run(f"stat -c %a {DATA}").strip() == "700"
    log = machine.run("journalctl -u magpie-relay -o cat")
    print(re.search(r"event=confined.*", log)[0], flush=True)
    assert "event=ready" in log, log
    print(machine.run("systemd-analyze security --no-pager magpie-relay | tail -1").strip())


class People:
    """Two who write to each other by the packaged command line."""

    def __init__(self, machine, address, invitation):
        self.machine = machine
        self.cli("anna", f"create --name Anna --relay '{address}' --invite {invitation}")
        link = self.cli("anna", "introduce").strip()
        self.cli("ben", f"join '{link}' --name Ben")
        self.cli("anna", "sync")
        self.cli("ben", "sync")
        rooms = re.findall(r'"room":"(\w+)"', self.cli("ben", "rooms --json"))
        assert len(rooms) == 1, rooms
        self.room = rooms[0]

    def cli(self, who, command):
        return self.machine.run(f"magpie-cli --profile /root/{who} {command}")

    def write(self, text):
        self.cli("ben", f"send {self.room} '{text}'")

    def arrives(self, text):
        assert text in self.cli("anna", "sync"), "a message that the relay had is lost"


def follow(machine, line):
    print(line, flush=True)
    if line.startswith("./dev package"):
        return ""  # they are here
    setting = setting_of(line)
    if setting:
        machine.run(f"grep -q '^{setting} = ' {DATA}/relay.toml")
        return machine.run(f"sed -i 's|^{setting} = .*|{line}|' {DATA}/relay.toml")
    printed = machine.run(line)
    if re.search(r"(systemctl (re)?start|apt-get install) ", line):
        wait_until("the service answers", lambda: health(machine) == "ok")
    return printed


def lifecycle(machine):
    before = files(machine.root)
    lines = lines_of_page()
    stop = lines.index("systemctl stop magpie-relay")
    assert stop > 0
    printed = {line: follow(machine, line) for line in lines[:stop]}
    look_at_service(machine)
    address = next(text for line, text in printed.items() if " address " in line).strip()
    invitation = next(text for line, text in printed.items() if " invite " in line).strip()
    assert address.startswith("203.0.113.7:7447#"), address

    machine.run("apt-get install ./build/package/magpie-cli_*.deb")
    people = People(machine, address, invitation)
    people.write("before the upgrade")
    old, stops = main_process(machine), stops_of(machine)
    machine.run("apt-get install /later.deb")
    wait_until("the service answers again", lambda: health(machine) == "ok")
    assert main_process(machine) != old, "the old program still runs"
    assert stops_of(machine) == stops + 1, "the old program did not end by itself"
    people.arrives("before the upgrade")

    people.write("before the move")
    for line in lines[stop:]:
        follow(machine, line)
    people.arrives("before the move")
    purge(machine, before)


def purge(machine, before):
    said = machine.run("apt-get purge magpie-relay magpie-cli 2>&1")
    assert f"rm -r {DATA}" in said, said
    assert "magpie" not in machine.run("cat /proc/[0-9]*/comm", check=False)
    assert (machine.root / DATA[1:] / "relay.key").exists(), "a purge took a relay's key"
    machine.run(f"rm -r {DATA} /srv/*")
    left = files(machine.root) - before
    assert not left, left
    assert machine.run("systemctl list-unit-files --no-legend 'magpie*'", check=False) == ""


def a_relay_that_never_ran_leaves_nothing(machine):
    """Where the service is not to start by itself, as in an image that is being made."""
    before = files(machine.root)
    machine.run("systemctl mask magpie-relay && apt-get install ./build/package/magpie-relay_*.deb")
    machine.run(f"install -d -o magpie-relay -g magpie-relay -m 0700 {DATA}")
    machine.run(f"{AS_RELAY} init --data {DATA}")
    machine.run("apt-get purge magpie-relay; systemctl unmask magpie-relay")
    left = files(machine.root) - before
    assert not left, left


def main():
    root, folder = (pathlib.Path(argument).resolve() for argument in sys.argv[1:])
    prepare(root, folder)
    make_higher_version(root)
    with Machine(root) as machine:
        try:
            lifecycle(machine)
            a_relay_that_never_ran_leaves_nothing(machine)
        except AssertionError:
            print(machine.run("systemctl status -l magpie-relay; journalctl -n 50", check=False))
            raise
    print("The package installs, starts, upgrades, moves its relay, and is purged.")


if __name__ == "__main__":
    main()
