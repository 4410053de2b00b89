// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace magpie {

/// Everything that can go wrong, in one closed list, so that a `switch` over it is complete.
/// The words a person reads are in client/cli/error_text and client/app/error_text only.
enum class Errc : std::uint16_t {
  // Parsing: the bytes are not what the format allows.
  kTruncated = 1,  ///< The input ends too early.
  kTrailingBytes,  ///< The input goes on after its end.
  kMalformed,      ///< A field has a value that the format forbids.
  kTooLarge,       ///< A length is over its bound.
  kBadLength,      ///< A fixed-size field has another size.
  kUnsupported,    ///< A version, suite or kind that this program does not know.

  // Cryptography: well formed, and refused.
  kDecryptFailed = 100,  ///< Wrong key or damaged ciphertext; the two look alike on purpose.
  kBadSignature,
  kBadKey,  ///< A public key is not valid (small order, not on the curve).
  kBadMac,  ///< A confirmation or membership tag does not match.

  // MLS (RFC 9420): well formed, and refused by a rule.
  kWrongGroup = 200,  ///< Another group_id.
  kWrongEpoch,        ///< Another epoch than the group's.
  kWrongSuite,
  kUnknownSender,      ///< The sender is no member, or of a kind that is refused.
  kOwnMessage,         ///< A message that this member sent itself.
  kKeyUsed,            ///< The message key was already used, or is behind the ratchet.
  kGenerationTooFar,   ///< The generation is further ahead than the bound.
  kInvalidLeaf,        ///< A leaf node breaks RFC 9420 §7.3.
  kInvalidKeyPackage,  ///< A key package breaks RFC 9420 §10.1.
  kInvalidTree,        ///< A ratchet tree breaks RFC 9420 §7 or §12.4.3.1.
  kInvalidProposal,    ///< A proposal breaks RFC 9420 §12.1.
  kInvalidCommit,      ///< A commit breaks RFC 9420 §12.2 or §12.4.
  kInvalidWelcome,     ///< A Welcome breaks RFC 9420 §12.4.3.1.
  kUnknownProposal,    ///< A commit names a proposal that was not received.
  kUnknownPsk,
  kNoKeyPackage,     ///< A Welcome is for none of our key packages.
  kRefusedByPolicy,  ///< Valid MLS; refused by the room's rules.
  kNotActive,        ///< This member was removed from the group.
  kWrongFormat,      ///< A kind of message that has no place here (RFC 9420 §6).

  // The relay's answers.
  kStale = 300,    ///< Another control entry came first; nothing was written.
  kNoSuchSlot,     ///< No such room, or the key opens no slot of it.
  kSlotExchanged,  ///< The key was valid once and has been exchanged: the link was used.
  kNoRight,        ///< The slot lacks the right.
  kNotAttached,
  kRoomExists,
  kIdReused,      ///< The entry id was used by another slot.
  kLimit,         ///< A limit of the relay was reached.
  kNotInvited,    ///< The relay asks for an allowance.
  kRelayStorage,  ///< The relay could not write; nothing was acknowledged.

  // Reaching the relay.
  kUnreachable = 400,
  kTimedOut,
  kWrongRelayKey,  ///< The relay showed another key than the address pins.

  // This device.
  kWrongPassphrase = 500,
  kDamaged,  ///< A store does not open or does not verify.
  kInUse,    ///< Another process uses the profile or the data directory.
  kStorage,  ///< Reading or writing the disk failed.
  kDiskFull,
  kExists,  ///< It is there already.
  kNotFound,
  kAmbiguous,  ///< A prefix names more than one.
  kUsage,      ///< Called with arguments, or at a moment, that it forbids.
  kLocked,     ///< The vault is locked.
  kNoMemory,   ///< The system has not the memory that a passphrase's cost asks for.

  // Introductions and conversations.
  kBadLink = 600,  ///< The text is not a whole introduction.
  kIntroductionUsed,
  kIntroductionEnded,
  kWrongInviter,  ///< The offer is not by the person whom the link names.
  kInDoubt,       ///< Sending is paused until a person decides.
};

/// What happened. `site` is a literal that names the check, never data of a user.
struct Error {
  Errc code;
  std::string_view site;

  friend bool operator==(const Error& a, const Error& b) { return a.code == b.code; }
};

/// The enumerator's name, such as "kTruncated", for logs and tests; never shown to a user.
std::string_view name(Errc code);

}  // namespace magpie
