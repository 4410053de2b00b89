#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""admin_page_test.py RELAY: does what docs/admin.md tells an administrator, command by command.

Every indented line of the page is run in its order, under a temporary root, with the real relay.
Settings go into relay.toml. What changes the machine itself (packages, services, owners) is done
here in its place: the service's own ExecStart is started, stopped, and must end well. An unknown
line fails. The same lines as they are written: `./dev package test`.
"""
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.request

from admin_page import ROOT, lines_of_page, setting_of

PATIENCE = 60
INSTALL = ["apt-get", "install", "./build/package/magpie-relay_*.deb"]
UNIT = ROOT / "server/magpie-relay.service"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Machine:
    def __init__(self, root, relay):
        self.root = root
        self.relay = relay
        self.service = None
        self.address = None
        self.metrics = free_port()

    def place(self, word):
        """A path of the machine, as it is here."""
        if word == "/usr/bin/magpie-relay":
            return self.relay
        return str(self.root / word[1:]) if word.startswith("/") else word

    def run(self, words):
        if words[:4] == ["runuser", "-u", "magpie-relay", "--"]:
            words = words[4:]
        program = words[0]
        if words == ["./dev", "package"] or program == "chown":
            return
        if words == INSTALL:
            return self.install()
        if program == "systemctl":
            assert words[1] in ("start", "stop", "restart") and words[2:] == ["magpie-relay"], words
            self.stop()
            return None if words[1] == "stop" else self.start()
        if program == "curl":
            url = words[-1].replace("9447", str(self.metrics))
            assert b"magpie_relay_healthy 1" in urllib.request.urlopen(url, timeout=PATIENCE).read()
            return
        if program == "magpie-relay":
            words = ["/usr/bin/magpie-relay"] + words[1:]
        elif program != "mv":
            raise AssertionError(f"a command that this test does not know: {program}")
        done = subprocess.run([self.place(word) for word in words], check=True, timeout=PATIENCE,
                              stdout=subprocess.PIPE, text=True).stdout
        if words[1] == "address":
            assert done.strip() == self.address, (done, self.address)
            assert self.address.startswith("203.0.113.7:"), self.address
        if words[1] == "status":
            assert re.search(r"^health +ok$", done, re.MULTILINE), done

    def set(self, name, line):
        line = line.replace("9447", str(self.metrics))
        path = self.root / "var/lib/magpie-relay/relay.toml"
        text, count = re.subn(rf"^{name} = .*$", line, path.read_text(), flags=re.MULTILINE)
        assert count == 1, f"no setting {name}"
        path.write_text(text)

    def install(self):
        """Starts it, as the package does, but at a port that is free."""
        subprocess.run([self.relay, "init", "--data", self.place("/var/lib/magpie-relay")],
                       check=True, stdout=subprocess.DEVNULL)
        self.set("listen", 'listen = "127.0.0.1:0"')
        self.start()

    def start(self):
        command = re.search(r"^ExecStart=(.*)$", UNIT.read_text(), re.MULTILINE)[1]
        words = [self.place(word) for word in shlex.split(command)]
        self.service = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
        ready, self.address = self.service.stdout.readline().split()
        assert ready == "ready"

    def stop(self):
        if self.service is None:
            return
        self.service.terminate()
        status = self.service.wait(PATIENCE)
        self.service.stdout.close()
        self.service = None
        assert status == 0, status


def main():
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(pathlib.Path(folder), str(pathlib.Path(sys.argv[1]).resolve()))
        for place in ("var/lib", "srv"):
            (machine.root / place).mkdir(parents=True)
        try:
            for line in lines_of_page():
                print(line, flush=True)
                if setting_of(line):
                    machine.set(setting_of(line), line)
                else:
                    machine.run(shlex.split(line))
            assert machine.service, "the page leaves its reader without a relay"
        finally:
            machine.stop()


if __name__ == "__main__":
    main()
