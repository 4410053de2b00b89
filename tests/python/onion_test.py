#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""onion_test.py RELAY CLI: a relay whose address is an onion's, reached as docs/admin.md says.

torsocks is real; a SOCKS server here stands for Tor, knows one onion, and counts what it is asked.
"""
import os
import pathlib
import socket
import socketserver
import struct
import subprocess
import sys
import tempfile
import threading

RELAY, CLI = (str(pathlib.Path(argument).resolve()) for argument in sys.argv[1:])
ONION = "magpie" + "a" * 50 + ".onion"
PATIENCE = 120


def copy(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()


class Tor(socketserver.ThreadingTCPServer):
    """RFC 1928, as much of it as torsocks uses: CONNECT to a name."""
    daemon_threads = True
    asked = []
    relay_port = None

    class RequestHandlerClass(socketserver.StreamRequestHandler):
        rbufsize = 0

        def handle(self):
            methods = self.rfile.read(2)[1]
            self.rfile.read(methods)
            self.request.sendall(b"\5\0")
            _, command, _, kind = self.rfile.read(4)
            host = self.rfile.read(self.rfile.read(1)[0]).decode() if kind == 3 else ""
            port, = struct.unpack(">H", self.rfile.read(2))
            self.server.asked.append((command, host, port))
            if (command, host) != (1, ONION):
                return self.request.sendall(b"\5\4\0\1" + bytes(6))
            with socket.create_connection(("127.0.0.1", port)) as relay:
                self.request.sendall(b"\5\0\0\1" + bytes(6))
                back = threading.Thread(target=copy, args=(relay, self.request), daemon=True)
                back.start()
                copy(self.request, relay)
                back.join()

    def __init__(self):
        super().__init__(("127.0.0.1", 0), self.RequestHandlerClass)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def start_relay(folder):
    subprocess.run([RELAY, "init", "--data", folder], check=True, stdout=subprocess.DEVNULL)
    settings = pathlib.Path(folder, "relay.toml")
    text = settings.read_text().replace('listen = "0.0.0.0:7447"', 'listen = "127.0.0.1:0"', 1)
    settings.write_text(text.replace('announce_host = ""', f'announce_host = "{ONION}"', 1))
    relay = subprocess.Popen([RELAY, "serve", "--data", folder], stdout=subprocess.PIPE, text=True)
    ready, address = relay.stdout.readline().split()
    assert ready == "ready" and address.startswith(ONION + ":"), address
    return relay, address


def main():
    with tempfile.TemporaryDirectory() as folder, Tor() as tor:
        relay, address = start_relay(f"{folder}/relay")
        environment = dict(os.environ, MAGPIE_PASSPHRASE="ajar cobra dusk elbow fox",
                           GRPC_DNS_RESOLVER="native")

        def cli(who, *words):
            return subprocess.run(
                ["torsocks", "--port", str(tor.server_address[1]), CLI, "--profile",
                 f"{folder}/{who}", *words], env=environment, check=True, timeout=PATIENCE,
                stdout=subprocess.PIPE, text=True).stdout.strip()

        try:
            code = subprocess.run([RELAY, "invite", "--data", f"{folder}/relay"], check=True,
                                  stdout=subprocess.PIPE, text=True).stdout.strip()
            cli("anna", "create", "--name", "Anna", "--relay", address, "--invite", code)
            link = cli("anna", "introduce")
            cli("ben", "join", link, "--name", "Ben")
            port = int(address.split("#")[0].rsplit(":", 1)[1])
            assert len(tor.asked) >= 3 and set(tor.asked) == {(1, ONION, port)}, tor.asked
        finally:
            relay.terminate()
            relay.stdout.close()
            assert relay.wait(PATIENCE) == 0


if __name__ == "__main__":
    main()
