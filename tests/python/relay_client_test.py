#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""relay_client_test.py RELAY: two people's slots in a room of a real relay, spoken to in Python.

What docs/relay-protocol.md says, tried: rooms, entries, reading, acknowledging, exchanging and
removing slots, idempotence, refusals, pinning, and the end of a stream after a malformed frame.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
RELAY = sys.argv.pop() if len(sys.argv) > 1 else None


def load_protocol(folder):
    """What protoc makes of the relay's messages."""
    subprocess.run(["protoc", f"--proto_path={ROOT}/proto", f"--python_out={folder}",
                    "magpie/relay/v1/relay.proto"], check=True)
    sys.path.insert(0, folder)
    from magpie.relay.v1 import relay_pb2
    return relay_pb2


class RelayClient(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.pb = load_protocol(cls.folder.name)
        cls.relay = subprocess.Popen(
            [RELAY, "serve", "--data", f"{cls.folder.name}/relay", "--listen", "127.0.0.1:0",
             "--open"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.address = client.Address(cls.relay.stdout.readline().split()[1])

    @classmethod
    def tearDownClass(cls):
        cls.relay.terminate()
        status = cls.relay.wait()
        cls.relay.stdout.close()
        cls.folder.cleanup()
        assert status == 0

    def session(self):
        return client.Session(self.pb, self.address)

    def refused(self, code, act, *arguments, **more):
        with self.assertRaises(client.Refused) as caught:
            act(*arguments, **more)
        self.assertEqual(caught.exception.code, getattr(self.pb.Refusal, code))
        return caught.exception

    def test_a_room_is_made_written_read_and_forgotten(self):
        anna, ben = SigningKey.generate(), SigningKey.generate()
        with self.session() as annas, self.session() as bens:
            room = annas.create_room(
                [(anna, client.READ | client.WRITE | client.MANAGE),
                 (ben, client.READ | client.WRITE)], b"first")
            attached = annas.attach(room, anna)
            self.assertEqual((attached.head, attached.last_control, attached.rights), (1, 1, 7))
            entries = annas.catch_up()
            self.assertEqual([(e.sequence, e.control, e.own, e.payload) for e in entries],
                             [(1, True, True, b"")])  # a sender has what it sent
            bens.attach(room, ben)
            self.assertEqual([e.payload for e in bens.catch_up()], [b"first"])

            entry = os.urandom(16)
            self.assertEqual(annas.append(room, b"hello", 1, entry), 2)
            came = bens.read("entry")
            self.assertEqual((came.sequence, came.entry_id, came.control, came.own, came.payload),
                             (2, entry, False, False, b"hello"))
            bens.acknowledge(room, 2)
            annas.acknowledge(room, 2)
            # Deleted, and still known by its id.
            self.assertEqual(annas.append(room, b"hello", 1, entry), 2)
            self.refused("ID_REUSED", bens.append, room, b"mine", 1, entry)
        with self.session() as again:
            self.assertEqual(again.attach(room, anna).head, 2)
            self.assertEqual(again.catch_up(), [])

    def test_a_late_sender_is_refused_and_told_why(self):
        key = SigningKey.generate()
        with self.session() as session:
            room = session.create_room([(key, 7)], b"first")
            self.refused("NOT_ATTACHED", session.append, room, b"x", 1)
            session.attach(room, key)
            self.assertEqual(session.append(room, b"commit", 1, control=True), 2)
            self.assertEqual(self.refused("STALE", session.append, room, b"x", 1).last_control, 2)
            self.assertEqual(session.append(room, b"x", 2), 3)

    def test_slots_are_exchanged_added_and_removed(self):
        anna, guest, fresh, other = (SigningKey.generate() for _ in range(4))
        with self.session() as annas, self.session() as guests:
            room = annas.create_room([(anna, 7), (guest, 3)], b"offer")
            annas.attach(room, anna)
            guests.attach(room, guest)
            self.assertEqual(guests.append(room, b"welcome", 1, control=True,
                                           new_slot_key=bytes(fresh.verify_key)), 2)
            with self.session() as late:
                self.refused("SLOT_EXCHANGED", late.attach, room, guest)
                self.assertEqual(late.attach(room, fresh).rights, 3)
            notice = annas.read("notice")
            self.assertEqual(notice.kind, self.pb.Notice.EXCHANGED_KEY_ATTEMPT)

            add = self.pb.SlotChange(add=self.pb.Slot(key=bytes(other.verify_key), rights=1))
            self.refused("NO_RIGHT", guests.append, room, b"x", 2, control=True, slot_changes=[add])
            self.assertEqual(annas.append(room, b"x", 2, control=True, slot_changes=[add]), 3)
            remove = self.pb.SlotChange(remove_key=bytes(fresh.verify_key))
            self.assertEqual(annas.append(room, b"x", 3, control=True, slot_changes=[remove]), 4)
            self.assertEqual(guests.read("notice").kind, self.pb.Notice.SLOT_REMOVED)
            self.assertEqual(annas.append(room, b"secret", 4), 5)
            with self.session() as removed:
                self.assertEqual(removed.attach(room, fresh).head, 4)
                self.assertEqual([e.sequence for e in removed.catch_up()][-1], 4)
            with self.session() as reader:
                self.assertEqual(reader.attach(room, other).rights, client.READ)
                self.refused("NO_RIGHT", reader.append, room, b"x", 4)
            annas.ask(close_room=self.pb.CloseRoom(room=room))
            self.refused("NO_SUCH_SLOT", annas.attach, room, anna)

    def test_nobody_is_let_in_by_a_signature_that_is_not_theirs(self):
        key = SigningKey.generate()
        with self.session() as session:
            room = session.create_room([(key, 7)], b"first")
            self.refused("NO_SUCH_SLOT", session.attach, room, SigningKey.generate())
            frame = self.pb.Attach(room=room, slot_key=bytes(key.verify_key), signature=bytes(64))
            self.refused("BAD_SIGNATURE", lambda: session.ask(attach=frame))

    def test_a_malformed_frame_ends_the_stream(self):
        with self.session() as session:
            session.outgoing.put(self.pb.ClientFrame(correlation=1))
            with self.assertRaises(grpc.RpcError) as caught:
                next(session.frames)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)

    def test_another_key_than_the_address_names_is_refused(self):
        wrong = client.Address(f"{self.address.host}:{self.address.port}#" + "A" * 43)
        with self.assertRaises(ValueError):
            client.Session(self.pb, wrong)


if __name__ == "__main__":
    import grpc
    from nacl.signing import SigningKey
    import relay_client as client
    unittest.main(verbosity=2)
