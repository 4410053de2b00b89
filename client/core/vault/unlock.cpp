// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/unlock.h"

#include <algorithm>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/primitives/hash.h"
#include "crypto/primitives/hkdf.h"

namespace magpie::client {
namespace {

constexpr std::string_view kMagic = "MAGPIEKS";
constexpr std::uint32_t kSlotsVersion = 1;
constexpr std::size_t kChecksumSize = 32;
constexpr std::size_t kSummedSize = KeySlots::kCopySize - kChecksumSize;

Secret slot_key(const Secret& stretched, std::size_t place) {
  const std::array<std::uint8_t, 1> number = {static_cast<std::uint8_t>(place)};
  return crypto::hkdf_expand(crypto::HashId::kSha256, stretched.expose(),
                             {as_bytes("Magpie vault slot 1"), number}, kVaultKeySize);
}

}  // namespace

Result<KeySlots> KeySlots::create(const Secret& passphrase, crypto::StretchCost cost,
                                  const Secret& store_key, Random& random) {
  KeySlots made;
  made.cost_ = cost;
  random.fill(made.salt_);
  for (auto& slot : made.slots_) random.fill(slot);
  std::array<std::uint8_t, 1> place{};
  random.fill(place);
  MAGPIE_TRY_VOID(made.seal(place[0] % kSlotCount, passphrase, store_key));
  return made;
}

Result<KeySlots> KeySlots::parse(Bytes file) {
  if (file.size() != kFileSize) return fail(Errc::kDamaged, "slots: size");
  auto first = parse_copy(file.first(kCopySize));
  if (first || first.error().code == Errc::kUnsupported) return first;
  return parse_copy(file.last(kCopySize));
}

Result<KeySlots> KeySlots::parse_copy(Bytes copy) {
  if (!equal(copy.last(kChecksumSize), crypto::blake2b_256({copy.first(kSummedSize)}))) {
    return fail(Errc::kDamaged, "slots: checksum");
  }
  KeySlots read;
  Reader reader(copy.first(kSummedSize));
  MAGPIE_TRY(const Bytes magic, reader.fixed(kMagic.size()));
  if (as_text(magic) != kMagic) return fail(Errc::kDamaged, "slots: magic");
  MAGPIE_TRY(const std::uint32_t version, reader.u32());
  if (version != kSlotsVersion) return fail(Errc::kUnsupported, "slots: version");
  MAGPIE_TRY(read.cost_.operations, reader.u64());
  MAGPIE_TRY(const std::uint64_t memory, reader.u64());
  read.cost_.memory_bytes = static_cast<std::size_t>(memory);
  MAGPIE_TRY(const Bytes salt, reader.fixed(read.salt_.size()));
  std::ranges::copy(salt, read.salt_.begin());
  for (auto& slot : read.slots_) {
    MAGPIE_TRY(const Bytes sealed, reader.fixed(slot.size()));
    std::ranges::copy(sealed, slot.begin());
  }
  return read;
}

Buffer KeySlots::encode_head() const {
  Writer writer;
  writer.fixed(as_bytes(kMagic)).u32(kSlotsVersion).u64(cost_.operations).u64(cost_.memory_bytes);
  return writer.fixed(salt_).take();
}

Buffer KeySlots::encode() const {
  Writer writer(kFileSize);
  writer.fixed(encode_head());
  for (const auto& slot : slots_) writer.fixed(slot);
  Buffer copy = writer.take();
  copy.resize(kSummedSize);
  const auto checksum = crypto::blake2b_256({copy});
  copy.insert(copy.end(), checksum.begin(), checksum.end());
  Buffer file = copy;
  file.insert(file.end(), copy.begin(), copy.end());
  return file;
}

Result<KeySlots::Opened> KeySlots::open(const Secret& passphrase) const {
  MAGPIE_TRY(const Secret stretched,
             crypto::stretch(passphrase.expose(), salt_, cost_, kVaultKeySize));
  std::optional<Opened> opened;
  for (std::size_t place = 0; place < kSlotCount; ++place) {
    Secret store_key(kVaultKeySize);
    if (open_unit(slot_key(stretched, place).expose(), UnitKind::kSlot, place, slots_[place],
                  store_key.fill(), encode_head())) {
      opened.emplace(Opened{.place = place, .store_key = std::move(store_key)});
    }
  }
  if (!opened) return fail(Errc::kWrongPassphrase, "slots: none opens");
  return std::move(*opened);
}

Result<void> KeySlots::seal(std::size_t place, const Secret& passphrase, const Secret& store_key) {
  MAGPIE_TRY(const Secret stretched,
             crypto::stretch(passphrase.expose(), salt_, cost_, kVaultKeySize));
  seal_unit(slot_key(stretched, place).expose(), UnitKind::kSlot, place, store_key.expose(),
            slots_[place], encode_head());
  return {};
}

Result<Secret> KeySlots::unlock(const Secret& passphrase) const {
  MAGPIE_TRY(Opened opened, open(passphrase));
  return std::move(opened.store_key);
}

Result<void> KeySlots::change(const Secret& current, const Secret& fresh) {
  MAGPIE_TRY(const Opened opened, open(current));
  return seal(opened.place, fresh, opened.store_key);
}

Result<KeySlots> read_slots(Files& files, const std::filesystem::path& path) {
  auto file = files.open(path, Files::Mode::kExisting);
  if (!file && file.error().code == Errc::kNotFound) {
    return fail(Errc::kDamaged, "slots: missing");
  }
  if (!file) return tl::unexpected<Error>(file.error());
  Buffer bytes(KeySlots::kFileSize + 1);
  MAGPIE_TRY(const std::size_t got, (*file)->read(0, bytes));
  bytes.resize(got);
  return KeySlots::parse(bytes);
}

Result<void> write_slots(Files& files, const std::filesystem::path& path, const KeySlots& slots) {
  std::filesystem::path fresh = path;
  fresh += ".new";
  MAGPIE_TRY_VOID(files.remove(fresh));
  {
    MAGPIE_TRY(auto file, files.open(fresh, Files::Mode::kCreate));
    MAGPIE_TRY_VOID(file->write(0, slots.encode()));
    MAGPIE_TRY_VOID(file->sync());
  }
  MAGPIE_TRY_VOID(files.rename(fresh, path));
  return files.sync_folder(path.parent_path());
}

}  // namespace magpie::client
