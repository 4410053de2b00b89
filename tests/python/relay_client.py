# SPDX-License-Identifier: GPL-3.0-or-later
"""A client of a Magpie relay, written from proto/magpie/relay/v1/relay.proto and
docs/relay-protocol.md alone. `pb` is what protoc makes of the former."""
import base64
import hashlib
import os
import queue
import ssl
import struct

import grpc
import nacl.signing

METHOD = "/magpie.relay.v1.Relay/Session"
READ, WRITE, MANAGE = 1, 2, 4
PATIENCE = 60  # seconds


class Refused(Exception):
    """The relay's answer was a refusal."""

    def __init__(self, refusal):
        super().__init__(f"refused with code {refusal.code}")
        self.code = refusal.code
        self.last_control = refusal.last_control


def elements(der):
    """The parts of a DER sequence, each whole."""
    def header(at):
        length, size = der[at + 1], 2
        if length & 0x80:
            size += length & 0x7F
            length = int.from_bytes(der[at + 2:at + size], "big")
        return size, length
    size, length = header(0)
    at, end = size, size + length
    while at < end:
        size, length = header(at)
        yield der[at:at + size + length]
        at += size + length


def public_key_of(certificate):
    """The SubjectPublicKeyInfo of a DER certificate (RFC 5280 section 4.1)."""
    tbs = list(elements(next(elements(certificate))))
    return tbs[6] if tbs[0][0] == 0xA0 else tbs[5]


class Address:
    """HOST:PORT#PIN."""

    def __init__(self, text):
        place, pin = text.split("#")
        self.host, port = place.rsplit(":", 1)
        self.port = int(port)
        self.identity = base64.urlsafe_b64decode(pin + "=")

    def certificate(self):
        """The certificate shown there, where its key is the one that the address names."""
        pem = ssl.get_server_certificate((self.host.strip("[]"), self.port), timeout=PATIENCE)
        key = public_key_of(ssl.PEM_cert_to_DER_cert(pem))
        if hashlib.sha256(key).digest() != self.identity:
            raise ValueError("another key than the address names")
        return pem


class Session:
    """One stream. Answers and entries are asked for one after the other."""

    def __init__(self, pb, address):
        self.pb = pb
        self.address = address
        credentials = grpc.ssl_channel_credentials(address.certificate().encode())
        self.channel = grpc.secure_channel(
            f"{address.host}:{address.port}", credentials,
            [("grpc.ssl_target_name_override", "magpie-relay"),
             ("grpc.use_local_subchannel_pool", 1)])
        self.outgoing = queue.Queue()
        call = self.channel.stream_stream(
            METHOD, request_serializer=pb.ClientFrame.SerializeToString,
            response_deserializer=pb.ServerFrame.FromString)
        self.frames = call(iter(self.outgoing.get, None), timeout=PATIENCE)
        self.kept = []
        self.correlation = 0
        self.greeting = next(self.frames).greeting
        if self.greeting.version != 1 or self.greeting.relay_identity != address.identity:
            raise ValueError("not a relay of this version, or another one")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.outgoing.put(None)
        self.channel.close()

    def ask(self, **body):
        """Sends one frame and gives what it was answered with; other frames are kept."""
        self.correlation += 1
        self.outgoing.put(self.pb.ClientFrame(correlation=self.correlation, **body))
        for frame in self.frames:
            if frame.WhichOneof("body") != "answer":
                self.kept.append(frame)
                continue
            if frame.answer.correlation != self.correlation:
                raise ValueError("an answer to nothing")
            kind = frame.answer.WhichOneof("result")
            if kind == "refusal":
                raise Refused(frame.answer.refusal)
            return getattr(frame.answer, kind)
        raise ConnectionError("the stream ended")

    def create_room(self, keys_and_rights, payload):
        room = os.urandom(16)
        slots = [self.pb.Slot(key=bytes(key.verify_key), rights=rights)
                 for key, rights in keys_and_rights]
        self.ask(create_room=self.pb.CreateRoom(
            room=room, slots=slots, entry_id=os.urandom(16), payload=payload))
        return room

    def attach(self, room, key, after=0):
        message = (b"magpie.relay.v1 attach\0" + self.greeting.nonce + self.address.identity
                   + room + struct.pack(">Q", after))
        return self.ask(attach=self.pb.Attach(
            room=room, slot_key=bytes(key.verify_key), signature=key.sign(message).signature,
            after=after))

    def append(self, room, payload, last_control, entry_id=None, **more):
        return self.ask(append=self.pb.Append(
            room=room, entry_id=entry_id or os.urandom(16), last_control=last_control,
            payload=payload, **more)).sequence

    def acknowledge(self, room, through):
        self.ask(acknowledge=self.pb.Acknowledge(room=room, through=through))

    def read(self, wanted):
        """The next frame of this kind; others are kept."""
        for index, frame in enumerate(self.kept):
            if frame.WhichOneof("body") == wanted:
                return getattr(self.kept.pop(index), wanted)
        for frame in self.frames:
            if frame.WhichOneof("body") == wanted:
                return getattr(frame, wanted)
            self.kept.append(frame)
        raise ConnectionError("the stream ended")

    def catch_up(self):
        """Every entry up to where the relay says that there are no more."""
        self.read("caught_up")
        entries = [frame.entry for frame in self.kept if frame.WhichOneof("body") == "entry"]
        self.kept = [frame for frame in self.kept if frame.WhichOneof("body") != "entry"]
        return entries
