#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the corpora of fuzz_mls_message, fuzz_frames and fuzz_content.

make_corpus.py VECTORS    the folder that holds mls/messages.json, the official vectors of RFC 9420

Of MLS the shortest example of each kind, behind the octet by which the fuzzer knows the kind; of
frames and contents one of each kind, written by protoc. The other corpora are inputs that the
fuzzers themselves found, minimised by their -merge=1.
"""
import json
import pathlib
import subprocess
import sys

MESSAGE, TREE, SECRETS, PROPOSAL, COMMIT = range(5)
PROPOSAL_TYPES = ["add", "update", "remove", "pre_shared_key", "re_init", "external_init",
                  "group_context_extensions"]

HERE = pathlib.Path(__file__).parent
ROOM, ID, KEY = 'room: "0123456789abcdef"', 'entry_id: "fedcba9876543210"', '"' + "k" * 32 + '"'
SLOT = f"{{ key: {KEY} rights: 7 }}"
CLIENT_FRAMES = {
    "create_room": f'create_room {{ {ROOM} slots {SLOT} slots {SLOT} {ID} payload: "offer" }}',
    "attach": f'attach {{ {ROOM} slot_key: {KEY} signature: "{"s" * 64}" after: 3 }}',
    "append": f'append {{ {ROOM} {ID} control: true last_control: 2 payload: "text" '
              f"slot_changes {{ add {SLOT} }} slot_changes {{ remove_key: {KEY} }} "
              f"new_slot_key: {KEY} }}",
    "acknowledge": f"acknowledge {{ {ROOM} through: 9 }}",
    "detach": f"detach {{ {ROOM} }}",
    "close_room": f"close_room {{ {ROOM} }}",
}
ANSWERS = ["refusal { code: STALE last_control: 4 }", "created {}",
           "attached { head: 9 last_control: 4 rights: 7 exchanged_key_attempts: 1 }",
           "appended { sequence: 10 }", "acknowledged {}", "detached {}", "closed {}"]
SERVER_FRAMES = {
    "greeting": f"greeting {{ version: 1 nonce: {KEY} relay_identity: {KEY} limits {{ "
                "entry_bytes_max: 65536 slots_per_room_max: 64 } }",
    "entry": f'entry {{ {ROOM} sequence: 5 {ID} control: true payload: "sealed" }}',
    "own_entry": f"entry {{ {ROOM} sequence: 5 {ID} own: true }}",
    "caught_up": f"caught_up {{ {ROOM} through: 5 }}",
    "notice": f"notice {{ {ROOM} kind: SLOT_REMOVED }}",
} | {"answer_" + answer.split()[0]: f"answer {{ correlation: 1 {answer} }}" for answer in ANSWERS}
HEAD = f"version: 1 seen {{ sequence: 7 hash: {KEY} }} sent_at_ms: 1 utc_offset_minutes: -540 "
CONTENTS = {
    "text": HEAD + 'text { body: "Good day" }',
    "receipt": HEAD + 'receipt { delivered: "0123456789abcdef" delivered: "fedcba9876543210" }',
    "profile": HEAD + 'profile { name: "Anna" }',
    "later_version": 'version: 2 text { body: "Good day" }',
}


def protobuf(message, text):
    """The message, named with its package, that protoc makes of its text form."""
    package = message.split(".")[1]
    return subprocess.run(
        ["protoc", "-I", HERE.parent.parent / "proto", f"--encode={message}",
         f"magpie/{package}/v1/{package}.proto"],
        input=text.encode(), capture_output=True, check=True).stdout


def write(corpus, inputs):
    folder = HERE / "corpus" / corpus
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in inputs.items():
        (folder / name).write_bytes(data)
    print(f"{corpus}: {len(inputs)} inputs, {sum(map(len, inputs.values()))} bytes")


def frames():
    correlated = {name: "correlation: 1 " + text for name, text in CLIENT_FRAMES.items()}
    return {name: protobuf(f"magpie.relay.v1.{kind}", text)
            for kind, texts in (("ClientFrame", correlated), ("ServerFrame", SERVER_FRAMES))
            for name, text in texts.items()}


def contents(welcome):
    acts = {name: protobuf("magpie.content.v1.Content", text) for name, text in CONTENTS.items()}
    offer = protobuf("magpie.content.v1.Offer", f'body: "body" signature: "{"s" * 64}"')
    return acts | {"log_point": bytes(40), "welcome": welcome.ljust(1024, b"\0"),
                   "offer": len(offer).to_bytes(2, "big") + offer}


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
    shortest = {}
    for entry in json.loads((pathlib.Path(vectors) / "mls" / "messages.json").read_text()):
        for name, data in inputs(entry):
            if name not in shortest or len(data) < len(shortest[name]):
                shortest[name] = data
    write("mls_message", shortest)
    write("frames", frames())
    write("content", contents(shortest["mls_welcome"][1:]))


if __name__ == "__main__":
    main(sys.argv[1])
