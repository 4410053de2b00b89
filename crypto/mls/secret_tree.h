// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "crypto/base/result.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/mls/ids.h"
#include "crypto/primitives/hash.h"

namespace magpie::mls {

enum class RatchetType : std::uint8_t { kHandshake = 0, kApplication = 1 };

/// The keys of one epoch's messages (RFC 9420 §9), derived when they are first needed and wiped
/// when they are consumed (§9.2). Finding a key changes nothing: the change comes back with it,
/// and is applied once the message has proved genuine.
class SecretTree {
 public:
  /// How far ahead of the last message a generation may be: what a member can make the others
  /// compute with one message.
  static constexpr std::uint32_t kForwardMax = 1024;
  /// How many keys of messages that have not come are kept in an epoch; past it the oldest go.
  static constexpr std::size_t kSkippedMax = 2048;

  /// A used-once key and nonce, and what using them does to the tree.
  struct Key {
    Generation generation;
    Bytes key() const { return material_.expose().first(key_size_); }
    Bytes nonce() const { return material_.expose().subspan(key_size_); }

   private:
    friend class SecretTree;
    Secret material_;  // key | nonce
    std::size_t key_size_ = 0;
    LeafIndex leaf_;
    RatchetType type_ = RatchetType::kApplication;
    bool was_skipped_ = false;
    Secret next_;                                           // the ratchet after this key
    std::vector<std::pair<std::uint32_t, Secret>> passed_;  // keys of generations before it
    std::vector<std::pair<NodeIndex, Secret>> opened_;      // siblings on the way down
    std::vector<NodeIndex> consumed_;                       // nodes on the way down
    Secret other_;                                          // the leaf's other ratchet, if new
  };

  /// `leaves`: the ratchet tree's size, a power of two.
  SecretTree(crypto::HashId hash, std::size_t key_size, std::size_t nonce_size,
             std::uint32_t leaves, Secret encryption_secret);

  /// The key of a message that was received. Errors: kKeyUsed where the generation was used or
  /// its key is no longer kept; kGenerationTooFar.
  Result<Key> find(LeafIndex leaf, RatchetType type, Generation generation) const;
  /// The next unused key, to send. Errors: kGenerationTooFar after 2^32 - 1 messages.
  Result<Key> next(LeafIndex leaf, RatchetType type) const;
  /// Spends a key that `find` or `next` of this very state gave.
  void apply(Key key);

  SecretTree clone() const;
  void encode(Writer& writer) const;
  /// Errors: parse errors, kMalformed.
  static Result<SecretTree> decode(Reader& reader, crypto::HashId hash, std::size_t key_size,
                                   std::size_t nonce_size, std::uint32_t leaves);

 private:
  struct Ratchet {
    std::uint32_t generation = 0;  // of the next key
    Secret secret;
  };
  struct Leaf {
    Ratchet ratchets[2];
  };
  struct Skipped {
    LeafIndex leaf;
    RatchetType type;
    std::uint32_t generation;
    Secret material;
  };

  SecretTree() = default;
  /// The ratchet as it stands, or as it would first be; what that opens is noted in `key`.
  Ratchet start(LeafIndex leaf, RatchetType type, Key& key) const;
  Secret material(const Ratchet& ratchet) const;
  void advance(Ratchet& ratchet) const;
  const Skipped* find_skipped(LeafIndex leaf, RatchetType type, std::uint32_t generation) const;

  crypto::HashId hash_{};
  std::size_t key_size_ = 0;
  std::size_t nonce_size_ = 0;
  std::uint32_t leaves_ = 0;
  std::map<NodeIndex, Secret> nodes_;  // secrets of subtrees that nobody has opened
  std::map<LeafIndex, Leaf> opened_leaves_;
  std::vector<Skipped> skipped_;  // oldest first
};

}  // namespace magpie::mls
