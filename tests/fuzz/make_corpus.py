#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the corpus of fuzz_mls_message from the official vectors of RFC 9420.

make_corpus.py VECTORS    the folder that holds mls/messages.json

The shortest example of each kind, behind the octet by which the fuzzer knows the kind. The other
corpora are inputs that the fuzzers themselves found, minimised by their -merge=1.
"""
import json
import pathlib
import sys

MESSAGE, TREE, SECRETS, PROPOSAL, COMMIT = range(5)
PROPOSAL_TYPES = ["add", "update", "remove", "pre_shared_key", "re_init", "external_init",
                  "group_context_extensions"]


def inputs(entry):
    """Pairs of a name and an input."""
    for name, text in entry.items():
        data = bytes.fromhex(text)
        if name == "ratchet_tree":
            yield name, bytes([TREE]) + data
        elif name == "group_secrets":
            yield name, bytes([SECRETS]) + data
        elif name == "commit":
            yield name, bytes([COMMIT]) + data
        elif name.endswith("_proposal") and not name.startswith("public_message"):
            kind = PROPOSAL_TYPES.index(name.removesuffix("_proposal")) + 1
            yield name, bytes([PROPOSAL]) + kind.to_bytes(2, "big") + data
        else:
            yield name, bytes([MESSAGE]) + data


def main(vectors):
    folder = pathlib.Path(__file__).parent / "corpus" / "mls_message"
    folder.mkdir(parents=True, exist_ok=True)
    shortest = {}
    for entry in json.loads((pathlib.Path(vectors) / "mls" / "messages.json").read_text()):
        for name, data in inputs(entry):
            if name not in shortest or len(data) < len(shortest[name]):
                shortest[name] = data
    for name, data in shortest.items():
        (folder / name).write_bytes(data)
    print(f"{len(shortest)} inputs, {sum(map(len, shortest.values()))} bytes")


if __name__ == "__main__":
    main(sys.argv[1])
