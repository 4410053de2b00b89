#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""admin_page_test.py RELAY: does what docs/admin.md tells an administrator, command by command.

Every indented line of the page is run in its order, under a temporary root, with the real relay.
Settings go into relay.toml. What changes the machine itself (users, services) is done here in its
place: the service's own ExecStart is started, stopped, and must end well. An unknown line fails.
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

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 60


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
        """A path of the machine, or of the tree, as it is here."""
        if word.startswith("/"):
            return str(self.root / word[1:])
        return {"build/bin/magpie-relay": self.relay,
                "server/magpie-relay.service": str(ROOT / word)}.get(word, word)

    def run(self, words):
        if words[:4] == ["runuser", "-u", "magpie-relay", "--"]:
            words = words[4:]
        program = words[0]
        if program == "useradd":
            return
        if program == "systemctl":
            return self.stop() if words[1] == "stop" else self.start()
        if program == "curl":
            url = words[-1].replace("9447", str(self.metrics))
            assert b"magpie_relay_healthy 1" in urllib.request.urlopen(url, timeout=PATIENCE).read()
            return
        if program == "install":
            words = re.sub(r" -[og] \S+", "", " ".join(words)).split()
        elif program == "magpie-relay":
            words = ["/usr/local/bin/magpie-relay"] + words[1:]
        elif program != "mv":
            raise AssertionError(f"a command that this test does not know: {program}")
        done = subprocess.run([self.place(word) for word in words], check=True, timeout=PATIENCE,
                              stdout=subprocess.PIPE, text=True).stdout
        if words[1] == "address":
            assert done.strip() == self.address, (done, self.address)
        if words[1] == "status":
            assert re.search(r"^health +ok$", done, re.MULTILINE), done

    def set(self, line):
        name = line.split(" = ")[0]
        line = line.replace("0.0.0.0:7447", "127.0.0.1:0").replace("9447", str(self.metrics))
        path = self.root / "var/lib/magpie-relay/relay.toml"
        text, count = re.subn(rf"^{name} = .*$", line, path.read_text(), flags=re.MULTILINE)
        assert count == 1, f"no setting {name}"
        path.write_text(text)

    def start(self):
        unit = (self.root / "etc/systemd/system/magpie-relay.service").read_text()
        command = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)[1]
        self.service = subprocess.Popen([self.place(word) for word in shlex.split(command)],
                                        stdout=subprocess.PIPE, text=True)
        ready, self.address = self.service.stdout.readline().split()
        assert ready == "ready" and self.address.startswith("203.0.113.7:")

    def stop(self):
        if self.service is None:
            return
        self.service.terminate()
        status = self.service.wait(PATIENCE)
        self.service.stdout.close()
        self.service = None
        assert status == 0, status


def main():
    lines = re.findall(r"^    (\S.*)$", (ROOT / "docs/admin.md").read_text(), re.MULTILINE)
    assert len(lines) > 12
    with tempfile.TemporaryDirectory() as folder:
        machine = Machine(pathlib.Path(folder), str(pathlib.Path(sys.argv[1]).resolve()))
        for place in ("usr/local/bin", "etc/systemd/system", "var/lib", "srv"):
            (machine.root / place).mkdir(parents=True)
        try:
            for line in lines:
                print(line, flush=True)
                if re.match(r"[a-z_]+ = ", line):
                    machine.set(line)
                else:
                    machine.run(shlex.split(line))
        finally:
            machine.stop()
        assert (machine.root / "srv/relay/relay.key").exists()
    analyze = shutil.which("systemd-analyze")
    if analyze:
        subprocess.run([analyze, "security", "--offline=yes", "--threshold=15",
                        str(ROOT / "server/magpie-relay.service")], check=True,
                       stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
