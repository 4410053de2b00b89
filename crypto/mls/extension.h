// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>
#include <vector>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace magpie::mls {

/// A GroupContext, GroupInfo, KeyPackage or LeafNode extension (RFC 9420 §13).
struct Extension {
  std::uint16_t type = 0;
  Buffer data;
  friend bool operator==(const Extension&, const Extension&) = default;
};

// Extension types that RFC 9420 §17.3 defines. They need not be listed in capabilities.
constexpr std::uint16_t kApplicationId = 0x0001;
constexpr std::uint16_t kRatchetTree = 0x0002;
constexpr std::uint16_t kRequiredCapabilities = 0x0003;
constexpr std::uint16_t kExternalPub = 0x0004;
constexpr std::uint16_t kExternalSenders = 0x0005;
constexpr bool is_default_extension(std::uint16_t type) { return type >= 1 && type <= 5; }

/// Writes and reads `Extension extensions<V>`. Reading refuses two of one type (RFC 9420 §13.4)
/// with kMalformed; unknown types are kept.
void encode_extensions(Writer& writer, const std::vector<Extension>& extensions);
Result<std::vector<Extension>> decode_extensions(Reader& reader);

/// Two extensions of one type, which no list may hold (RFC 9420 §13.4).
bool has_duplicate_types(const std::vector<Extension>& extensions);

/// The extension of a type, or null.
const Extension* find_extension(const std::vector<Extension>& extensions, std::uint16_t type);

/// A list of uint16 in a `<V>`, as capabilities hold them, read in place: the bytes that it
/// views must outlive it.
class U16List {
 public:
  U16List() = default;
  /// Errors: kMalformed for an odd number of bytes, parse errors.
  static Result<U16List> decode(Reader& reader);

  bool contains(std::uint16_t value) const;
  std::size_t size() const { return raw_.size() / 2; }
  std::uint16_t operator[](std::size_t i) const {
    return static_cast<std::uint16_t>(raw_[2 * i] << 8 | raw_[2 * i + 1]);
  }
  /// Whether each of these values is in `other` or satisfies `is_default`.
  template <class IsDefault>
  bool all_in(const U16List& other, IsDefault is_default) const {
    for (std::size_t i = 0; i < size(); ++i) {
      if (!is_default((*this)[i]) && !other.contains((*this)[i])) return false;
    }
    return true;
  }

 private:
  Bytes raw_;
};

void encode_u16_list(Writer& writer, std::span<const std::uint16_t> values);

/// The required_capabilities extension (RFC 9420 §11.1); views the extension's data.
struct RequiredCapabilities {
  U16List extensions;
  U16List proposals;
  U16List credentials;

  static Result<RequiredCapabilities> decode(Bytes data);
};
/// The data of a required_capabilities extension.
Buffer encode_required_capabilities(std::span<const std::uint16_t> extensions,
                                    std::span<const std::uint16_t> proposals,
                                    std::span<const std::uint16_t> credentials);

}  // namespace magpie::mls
