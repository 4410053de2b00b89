# SPDX-License-Identifier: GPL-3.0-or-later
"""A bare Debian that systemd runs, in namespaces of its own: no network but its loopback, no
process of the machine around it. For root."""
import pathlib
import subprocess
import time

PATIENCE = 120
ENVIRONMENT = ["env", "-i", "--chdir=/", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8",
               "DEBIAN_FRONTEND=noninteractive", "MAGPIE_PASSPHRASE=ajar cobra dusk elbow fox"]


def wait_until(what, holds):
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, f"not within {PATIENCE} s: {what}"
        time.sleep(0.1)


class Machine:
    """Runs until it is left as a context."""

    def __init__(self, root):
        self.root = pathlib.Path(root)

    def __enter__(self):
        boot = pathlib.Path(__file__).with_name("boot")
        self._unshare = subprocess.Popen(
            ["unshare", "--pid", "--mount", "--net", "--uts", "--ipc", "--cgroup", "--fork",
             "--kill-child", str(boot), str(self.root)],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        children = pathlib.Path(f"/proc/{self._unshare.pid}/task/{self._unshare.pid}/children")
        wait_until("systemd begins", lambda: self._is_systemd(children.read_text().split()))
        wait_until("systemd has started everything",
                   lambda: self.run("systemctl is-system-running", check=False).strip()
                   in ("running", "degraded"))
        # An address as the world would see it, which only this machine has.
        self._inside(["--net"], ["ip", "address", "add", "203.0.113.7/32", "dev", "lo"])
        return self

    def __exit__(self, *_):
        self._unshare.kill()
        self._unshare.wait()

    def _is_systemd(self, children):
        assert self._unshare.poll() is None, "systemd cannot be started here"
        self._first = children[0] if children else None
        return self._first and pathlib.Path(f"/proc/{self._first}/comm").read_text() == "systemd\n"

    def _inside(self, namespaces, words, check=True):
        done = subprocess.run(["nsenter", "-t", self._first, *namespaces, *words], timeout=600,
                              stdout=subprocess.PIPE, text=True, check=False,
                              stdin=subprocess.DEVNULL)
        assert done.returncode == 0 or not check, (words, done.returncode, done.stdout)
        return done.stdout

    def run(self, line, check=True):
        """A line of shell, by root in /; what it printed."""
        return self._inside(["--pid", "--mount", "--net", "--uts", "--ipc", "--cgroup",
                             "--root"], [*ENVIRONMENT, "sh", "-c", line], check)
