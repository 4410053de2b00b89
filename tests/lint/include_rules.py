#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may include whom (docs/architecture.md), checked over every source file.

include_rules.py [ROOT]      prints each crossing, false where there is one
include_rules.py --self-test plants crossings in a temporary tree and wants each found

A folder obeys the rule of its longest prefix in RULES. What a rule does not allow is refused;
a folder of code without a rule is refused too, so that a new layer must be written down here.
"""
import pathlib
import re
import sys
import tempfile

# Foreign headers, by the library they belong to. The first match counts.
LIBRARIES = [
    ("proto", r"magpie/.*\.pb\.h"),
    ("protobuf", r"google/protobuf/"),
    ("grpc", r"grpc(pp)?/"),
    ("sodium", r"sodium(\.h|/)"),
    ("expected", r"tl/expected\.hpp"),
    ("rocksdb", r"rocksdb/"),
    ("pqxx", r"pqxx/"),
    ("sqlite", r"sqlite3\.h"),
    ("openssl", r"openssl/"),
    ("cli11", r"CLI/"),
    ("toml", r"toml\+\+/"),
    ("spdlog", r"spdlog/"),
    ("prometheus", r"prometheus/"),
    ("json", r"nlohmann/"),
    ("seccomp", r"seccomp\.h"),
    ("qrencode", r"qrencode\.h"),
    ("png", r"png\.h"),
    ("zxing", r"ZXing/"),
    ("qt", r"Q[A-Z]|q[a-z]+/q|Qt"),
    ("valgrind", r"valgrind/"),
    ("process", r"csignal$"),
    ("files", r"(filesystem|fstream|cstdio|stdio\.h|fcntl\.h|sys/stat\.h|sys/file\.h|dirent\.h)$"),
    ("console", r"(iostream|termios\.h)$"),
    ("network", r"(sys/socket|netinet/.*|arpa/.*|netdb|sys/un|poll|sys/epoll)\.h$"),
    ("threads", r"(thread|mutex|shared_mutex|condition_variable|future|atomic|semaphore|stop_token|"
                r"latch|barrier|pthread\.h)$"),
    ("posix", r"(unistd|errno|malloc|sched|signal|syslog|sys/[a-z_]+|linux/[a-z_]+|pwd|grp|time)\.h$"),
]
STANDARD = re.compile(r"[a-z_]+$")  # <vector>: a standard header that no library above claims

FILES = {"files", "process", "posix"}  # what a program that meets the system needs
SERVER = ["server/", "crypto/base/", "crypto/codec/", "crypto/primitives/"]
CORE = ["client/core/", "crypto/"]
# The door of the core, and what reads the text of an address, link or code before it is opened.
DOOR = ["client/core/allowance/invitation.h",
        "client/core/client.h", "client/core/event.h", "client/core/ids.h",
        "client/core/relay_address.h", "client/core/introduction/link.h", "client/core/harden.h",
        "crypto/base/"]

# Folder or file: (paths it may include, libraries it may include).
RULES = {
    "crypto/base/": (["crypto/base/"], {"sodium", "expected"}),
    "crypto/base/check.cpp": (["crypto/base/"], {"files"}),  # to stderr, then abort
    "crypto/base/constant_time.h": (["crypto/base/"], {"valgrind"}),  # poisons secrets in tests
    "crypto/base/secret.cpp": (["crypto/base/"], {"sodium", "threads"}),  # one arena for all threads
    "crypto/codec/": (["crypto/base/", "crypto/codec/"], set()),
    "crypto/primitives/": (["crypto/base/", "crypto/codec/", "crypto/primitives/"], {"sodium"}),
    "crypto/mls/": (["crypto/"], {"sodium"}),
    "server/": (SERVER, FILES | {"threads", "console", "cli11", "toml", "spdlog", "json"}),
    "server/sandbox.cpp": (SERVER, FILES | {"seccomp", "network"}),
    "server/admin/": (SERVER, FILES | {"threads", "network", "json", "prometheus"}),
    "server/room/": (
        ["server/room/", "server/store/store.h", "crypto/base/", "crypto/codec/",
         "crypto/primitives/"], set()),
    "server/room/allowances.": (  # one for the hubs of all threads
        ["server/room/", "server/store/store.h", "crypto/base/", "crypto/codec/",
         "crypto/primitives/"], {"threads"}),
    "server/store/": (["server/room/", "server/store/", "crypto/base/", "crypto/codec/"],
                      FILES | {"threads", "rocksdb", "pqxx"}),
    "server/store/store.cpp": (["server/store/store.h", "crypto/primitives/hash.h"], set()),
    "server/rpc/": (SERVER, FILES | {"threads", "proto", "protobuf", "grpc", "openssl", "spdlog"}),
    "client/core/": (CORE, FILES | {"threads"}),
    "client/core/conversation/": (CORE, set()),
    "client/core/conversation/act.cpp": (CORE, {"proto", "protobuf"}),  # content to bytes and back
    "client/core/introduction/": (CORE, set()),
    "client/core/introduction/offer.cpp": (CORE, {"proto", "protobuf"}),
    "client/core/sync/": (CORE, set()),
    "client/core/vault/": (CORE, FILES | {"threads", "sqlite"}),
    "client/core/transport/": (
        CORE, FILES | {"threads", "network", "proto", "protobuf", "grpc", "openssl"}),
    "client/cli/": (["client/cli/"] + DOOR, FILES | {"threads", "console", "cli11", "json",
                                                 "qrencode", "png"}),
    "client/app/": (["client/app/"] + DOOR, FILES | {"threads", "qt", "qrencode", "zxing"}),
}
# Reading a clock in what is given the time would make a run impossible to repeat from its seed.
CLOCKLESS = ("crypto/", "server/room/", "client/core/conversation/", "client/core/introduction/",
             "client/core/sync/")
CLOCK = re.compile(r"_clock::now\s*\(|\b(time|gettimeofday|clock_gettime)\s*\((NULL|nullptr|0|&)")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
CODE = ("crypto", "server", "client")


def rule_for(path):
    fitting = [prefix for prefix in RULES if path.startswith(prefix)]
    return RULES[max(fitting, key=len)] if fitting else None


def library_of(header):
    for name, pattern in LIBRARIES:
        if re.match(pattern, header):
            return name
    return "standard" if STANDARD.match(header) else "unknown"


def allowed(quoted, header, rule):
    paths, libraries = rule
    if quoted and header.split("/")[0] in CODE + ("tests", "proto"):
        return any(header.startswith(path) for path in paths)
    library = library_of(header)
    return library == "standard" or library in libraries


def crossings(root):
    """Lines `path: what` for every file under `root` that crosses a rule."""
    for folder in CODE:
        for file in sorted((root / folder).rglob("*")):
            if file.suffix not in (".h", ".cpp"):
                continue
            path = file.relative_to(root).as_posix()
            text = file.read_text(encoding="utf-8")
            rule = rule_for(path)
            if rule is None:
                yield f"{path}: no rule for this folder"
                continue
            for mark, header in INCLUDE.findall(text):
                if not allowed(mark == '"', header, rule):
                    yield f"{path}: must not include {header}"
            if path.startswith(CLOCKLESS) and CLOCK.search(text):
                yield f"{path}: must not read a clock"


PLANTED = [
    ("crypto/mls/a.cpp", "#include <thread>"),
    ("crypto/base/b.h", '#include "crypto/mls/group.h"'),
    ("crypto/primitives/c.cpp", "#include <grpcpp/grpcpp.h>"),
    ("crypto/primitives/c2.cpp", "#include <fstream>"),
    ("crypto/mls/d.cpp", "auto t = std::chrono::system_clock::now();"),
    ("crypto/mls/d2.cpp", "#include <QString>"),
    ("server/room/e.cpp", "#include <rocksdb/db.h>"),
    ("server/room/e2.cpp", '#include "magpie/relay/v1/relay.pb.h"'),
    ("server/rpc/f.cpp", '#include "client/core/client.h"'),
    ("server/rpc/g.cpp", '#  include "crypto/mls/group.h"'),
    ("server/store/g2.cpp", "#include <google/protobuf/message.h>"),
    ("client/core/vault/h.cpp", "#include <QtCore/QString>"),
    ("client/core/sync/i.cpp", '#include "server/room/room_log.h"'),
    ("client/core/sync/i2.cpp", '#include "magpie/relay/v1/relay.grpc.pb.h"'),
    ("client/core/sync/j.cpp", "#include <grpcpp/channel.h>"),
    ("client/cli/k.cpp", '#include "client/core/vault/storage.h"'),
    ("client/cli/k2.cpp", "#include <sodium.h>"),
    ("client/app/l.cpp", '#include "crypto/primitives/sign.h"'),
    ("client/app/m.cpp", "#include <sqlite3.h>"),
    ("client/app/n.cpp", "#include <something/unheard_of.h>"),
    ("client/web/o.cpp", "#include <vector>"),
]
HONEST = [
    ("crypto/mls/a.cpp", '#include <vector>\n#include "crypto/primitives/sign.h"'),
    ("server/rpc/b.cpp", '#include <grpcpp/server.h>\n#include "server/room/ids.h"'),
    ("client/app/c.cpp", '#include <QString>\n#include "client/core/event.h"'),
]


def plant(root, files):
    for path, text in files:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text + "\n", encoding="utf-8")


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        plant(pathlib.Path(folder), PLANTED)
        found = {line.split(":")[0] for line in crossings(pathlib.Path(folder))}
        missed = [path for path, _ in PLANTED if path not in found]
    with tempfile.TemporaryDirectory() as folder:
        plant(pathlib.Path(folder), HONEST)
        wrong = list(crossings(pathlib.Path(folder)))
    for path in missed:
        print(f"not found: {path}")
    for line in wrong:
        print(f"wrongly refused: {line}")
    return 1 if missed or wrong else 0


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    here = pathlib.Path(__file__).resolve().parents[2]
    found = list(crossings(pathlib.Path(arguments[0]) if arguments else here))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
