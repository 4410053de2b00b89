// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/rocksdb_store.h"

#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/file_system.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>

#include <array>
#include <bitset>
#include <mutex>
#include <optional>

#include "server/store/records.h"
#include "server/store/rocksdb_options.h"
#include "server/store/torn_log.h"

namespace magpie::server {

namespace {

enum Family : std::size_t {
  kDefault,
  kRooms,
  kSlots,
  kEntries,
  kIds,
  kDue,
  kTokenKeys,
  kSpent,
  kCodes,
  kFamilyCount
};
constexpr std::array<const char*, kFamilyCount> kFamilyNames{
    "default", "rooms", "slots", "entries", "ids", "due", "token_keys", "spent", "codes"};
constexpr std::string_view kFormatKey = "format";
constexpr std::string_view kFormat = "2";
constexpr std::string_view kPurgedKey = "purged";

std::string_view view(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }
rocksdb::Slice slice(std::string_view text) { return {text.data(), text.size()}; }

Error error_of(const rocksdb::Status& status, std::string_view site) {
  if (status.IsCorruption()) return {Errc::kDamaged, site};
  if (status.IsNoSpace()) return {Errc::kDiskFull, site};
  return {Errc::kStorage, site};
}

Result<void> check(const rocksdb::Status& status, std::string_view site) {
  if (status.ok()) return {};
  return tl::unexpected<Error>(error_of(status, site));
}

rocksdb::ReadOptions scan_options(const rocksdb::Slice* end) {
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = end;
  options.fill_cache = false;
  return options;
}

/// Rooms by the first byte of their ids: what was written to since the last purge. Not only what
/// was deleted from: until they are merged, files keep what happened in the order in which it
/// happened, and so which rooms were busy together. Thread-safe.
class WrittenTo {
 public:
  WrittenTo() { parts_.set(); }  // what an earlier process left is not known
  void add(std::span<const WriteBatch> batches) {
    std::lock_guard lock(mutex_);
    for (const auto& batch : batches) {
      for (const auto& write : batch.writes) {
        // What is of no room is merged with whichever is.
        if (const auto* const room = room_of(write)) parts_.set(room->bytes()[0]);
      }
    }
  }
  void add(const std::bitset<256>& parts) {
    std::lock_guard lock(mutex_);
    parts_ |= parts;
  }
  std::bitset<256> take() {
    std::lock_guard lock(mutex_);
    return std::exchange(parts_, {});
  }

 private:
  std::mutex mutex_;
  std::bitset<256> parts_;
};

/// Ranges of keys that cover these parts, neighbours joined.
std::vector<std::pair<std::string, std::string>> ranges_of(const std::bitset<256>& parts) {
  std::vector<std::pair<std::string, std::string>> out;
  for (std::size_t first = 0; first < parts.size(); ++first) {
    if (!parts.test(first)) continue;
    auto end = first;
    while (end < parts.size() && parts.test(end)) ++end;
    out.emplace_back(
        std::string(1, static_cast<char>(first)),
        end < parts.size() ? std::string(1, static_cast<char>(end)) : std::string(64, '\xff'));
    first = end;
  }
  return out;
}

}  // namespace

struct RocksdbStore::Impl {
  ~Impl() {
    for (auto* handle : handles) {
      if (handle != nullptr) database->DestroyColumnFamilyHandle(handle);
    }
    if (mark) mark->sync().PermitUncheckedError();  // an earlier truth will do
  }

  /// Errors: kDamaged also where something is missing that was synced.
  static Result<std::unique_ptr<Impl>> open(const std::filesystem::path& directory, Mode mode,
                                            rocksdb::WALRecoveryMode recovery,
                                            std::shared_ptr<rocksdb::FileSystem> files);

  /// Calls `visit(key, value)` for each record in [begin, end) until it answers false or fails.
  template <class Visit>
  Result<void> scan(Family family, const std::string& begin, const std::string& end,
                    Visit visit) const {
    const rocksdb::Slice bound(end);
    const std::unique_ptr<rocksdb::Iterator> it(
        database->NewIterator(scan_options(&bound), handles[family]));
    for (it->Seek(begin); it->Valid(); it->Next()) {
      MAGPIE_TRY(const bool more, visit(view(it->key()), view(it->value())));
      if (!more) return {};
    }
    return check(it->status(), "rocksdb: scan");
  }

  Result<std::optional<std::string>> get(Family family, const std::string& key) const {
    std::string value;
    const auto status = database->Get({}, handles[family], key, &value);
    if (status.IsNotFound()) return std::nullopt;
    MAGPIE_TRY_VOID(check(status, "rocksdb: get"));
    return value;
  }

  Result<void> check_format(Mode mode) const;
  Result<void> purge(const std::bitset<256>& parts) const;
  Result<void> compact(Family family, const rocksdb::Slice* begin, const rocksdb::Slice* end) const;
  void add(rocksdb::WriteBatch& out, const PutRoom& write) const;
  void add(rocksdb::WriteBatch& out, const DropRoom& write) const;
  void add(rocksdb::WriteBatch& out, const PutSlot& write) const;
  void add(rocksdb::WriteBatch& out, const PutEntry& write) const;
  void add(rocksdb::WriteBatch& out, const DropEntry& write) const;
  void add(rocksdb::WriteBatch& out, const DropId& write) const;
  void add(rocksdb::WriteBatch& out, const PutDue& write) const;
  void add(rocksdb::WriteBatch& out, const DropDue& write) const;
  void add(rocksdb::WriteBatch& out, const PutTokenKey& write) const;
  void add(rocksdb::WriteBatch& out, const DropTokenKey& write) const;
  void add(rocksdb::WriteBatch& out, const PutSpent& write) const;
  void add(rocksdb::WriteBatch& out, const PutCode& write) const;
  void add(rocksdb::WriteBatch& out, const UseCode& write) const;

  std::unique_ptr<rocksdb::Env> environment;
  NoGaps no_gaps;
  std::optional<SyncedMark> mark;
  std::unique_ptr<rocksdb::DB> database;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  WrittenTo written_to;
};

RocksdbStore::RocksdbStore(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
RocksdbStore::~RocksdbStore() = default;

Result<std::unique_ptr<RocksdbStore>> RocksdbStore::open(
    const std::filesystem::path& directory, Mode mode, std::shared_ptr<rocksdb::FileSystem> files) {
  if (mode == Mode::kReadOnly && !std::filesystem::exists(directory / "CURRENT")) {
    return fail(Errc::kNotFound, "rocksdb: no store");
  }
  const auto opened = [&](Mode as, rocksdb::WALRecoveryMode recovery) {
    return Impl::open(directory, as, recovery, files);
  };
  auto impl = opened(mode, rocksdb::WALRecoveryMode::kAbsoluteConsistency);
  if (!impl && impl.error().code == Errc::kDamaged) {
    // Either a power cut left a torn record that nobody was promised, or what was promised is
    // damaged. The second must not be opened for writing, or the rest of the log would be gone.
    impl = opened(Mode::kReadOnly, rocksdb::WALRecoveryMode::kPointInTimeRecovery);
    if (impl && mode == Mode::kReadWrite) {
      impl->reset();
      impl = opened(mode, rocksdb::WALRecoveryMode::kPointInTimeRecovery);
    }
  }
  if (!impl) return tl::unexpected<Error>(impl.error());
  return std::unique_ptr<RocksdbStore>(new RocksdbStore(std::move(*impl)));
}

Result<std::unique_ptr<RocksdbStore::Impl>> RocksdbStore::Impl::open(
    const std::filesystem::path& directory, Mode mode, rocksdb::WALRecoveryMode recovery,
    std::shared_ptr<rocksdb::FileSystem> files) {
  const auto cache = rocksdb::NewLRUCache(32 << 20);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  for (const auto* name : kFamilyNames) families.emplace_back(name, family_options(cache));
  auto impl = std::make_unique<Impl>();
  impl->environment = make_environment(std::move(files));
  auto options = database_options(impl->environment.get());
  options.wal_recovery_mode = recovery;
  options.wal_filter = &impl->no_gaps;
  const auto synced = SyncedMark::read(*impl->environment, directory);  // first: it only grows
  rocksdb::DB* database = nullptr;
  const auto path = directory.string();
  const auto status =
      mode == Mode::kReadOnly
          ? rocksdb::DB::OpenForReadOnly(options, path, families, &impl->handles, &database)
          : rocksdb::DB::Open(options, path, families, &impl->handles, &database);
  if (status.IsIOError() && status.ToString().find("lock") != std::string::npos) {
    return fail(Errc::kInUse, "rocksdb: locked");
  }
  MAGPIE_TRY_VOID(check(status, "rocksdb: open"));
  impl->database.reset(database);
  if (database->GetLatestSequenceNumber() < synced) {
    return fail(Errc::kDamaged, "rocksdb: what was written last is missing");
  }
  if (mode == Mode::kReadWrite) {
    MAGPIE_TRY(impl->mark, SyncedMark::open(*impl->environment, directory));
  }
  MAGPIE_TRY_VOID(impl->check_format(mode));
  return impl;
}

Result<void> RocksdbStore::Impl::check_format(Mode mode) const {
  MAGPIE_TRY(const auto format, get(kDefault, std::string(kFormatKey)));
  if (format && *format != kFormat) return fail(Errc::kUnsupported, "rocksdb: format");
  // Without a format there is nothing yet: it is written first, and synced.
  if (format || mode == Mode::kReadOnly) return {};
  rocksdb::WriteOptions options;
  options.sync = true;
  return check(database->Put(options, handles[kDefault], slice(kFormatKey), slice(kFormat)),
               "rocksdb: format");
}

Result<std::optional<RoomState>> RocksdbStore::load_room(const RoomId& room) {
  MAGPIE_TRY(const auto meta, impl_->get(kRooms, records::room_key(room)));
  if (!meta) return std::nullopt;
  RoomState state;
  MAGPIE_TRY(state.meta, records::decode_room(*meta));
  MAGPIE_TRY_VOID(impl_->scan(kSlots, records::room_key(room), records::room_end(room),
                              [&](std::string_view, std::string_view value) -> Result<bool> {
                                MAGPIE_TRY(auto slot, records::decode_slot(value));
                                state.slots.insert_or_assign(slot.id, std::move(slot));
                                return true;
                              }));
  return state;
}

Result<std::vector<EntryRecord>> RocksdbStore::read_entries(const RoomId& room, Sequence after,
                                                            Sequence through, std::size_t count_max,
                                                            std::size_t bytes_max) {
  std::vector<EntryRecord> out;
  if (count_max == 0 || after >= through) return out;
  std::size_t bytes = 0;
  MAGPIE_TRY_VOID(impl_->scan(kEntries, records::entry_key(room, after + 1),
                              records::room_end(room),
                              [&](std::string_view key, std::string_view value) -> Result<bool> {
                                MAGPIE_TRY(const auto sequence, records::sequence_of_key(key));
                                if (sequence > through) return false;
                                MAGPIE_TRY(auto entry, records::decode_entry(sequence, value));
                                bytes += entry.payload->size();
                                out.push_back(std::move(entry));
                                return out.size() < count_max && bytes <= bytes_max;
                              }));
  return out;
}

Result<std::vector<EntryHeader>> RocksdbStore::list_entries(const RoomId& room, Sequence after,
                                                            Sequence through,
                                                            std::size_t count_max) {
  std::vector<EntryHeader> out;
  if (count_max == 0 || after >= through) return out;
  MAGPIE_TRY_VOID(
      impl_->scan(kEntries, records::entry_key(room, after + 1), records::room_end(room),
                  [&](std::string_view key, std::string_view value) -> Result<bool> {
                    MAGPIE_TRY(const auto sequence, records::sequence_of_key(key));
                    if (sequence > through) return false;
                    MAGPIE_TRY(const auto header, records::decode_entry_header(sequence, value));
                    out.push_back(header);
                    return out.size() < count_max;
                  }));
  return out;
}

Result<std::optional<IdRecord>> RocksdbStore::find_id(const RoomId& room, const EntryId& id) {
  MAGPIE_TRY(const auto value, impl_->get(kIds, records::id_key(room, id)));
  if (!value) return std::nullopt;
  MAGPIE_TRY(const auto record, records::decode_id(*value));
  return record;
}

Result<std::vector<std::pair<EntryId, IdRecord>>> RocksdbStore::list_ids(
    const RoomId& room, const std::optional<EntryId>& after, std::size_t count_max) {
  std::vector<std::pair<EntryId, IdRecord>> out;
  if (count_max == 0) return out;
  // The next key after an id's is that key with a zero byte behind it.
  const auto begin = after ? records::id_key(room, *after) + '\0' : records::room_key(room);
  MAGPIE_TRY_VOID(impl_->scan(kIds, begin, records::room_end(room),
                              [&](std::string_view key, std::string_view value) -> Result<bool> {
                                MAGPIE_TRY(const auto id, records::id_of_key(key));
                                MAGPIE_TRY(const auto record, records::decode_id(value));
                                out.emplace_back(id, record);
                                return out.size() < count_max;
                              }));
  return out;
}

Result<std::vector<Due>> RocksdbStore::list_due(DueKind kind, Day before,
                                                const std::optional<Due>& after,
                                                std::size_t count_max) {
  std::vector<Due> out;
  if (count_max == 0) return out;
  const auto begin =
      after ? records::due_key(*after) + '\0' : records::due_key({kind, Day{}, RoomId{}});
  const auto end = records::due_key({kind, before, RoomId{}});
  MAGPIE_TRY_VOID(
      impl_->scan(kDue, begin, end, [&](std::string_view key, std::string_view) -> Result<bool> {
        MAGPIE_TRY(const auto due, records::due_of_key(key));
        out.push_back(due);
        return out.size() < count_max;
      }));
  return out;
}

Result<std::vector<TokenKeyRecord>> RocksdbStore::list_token_keys() {
  std::vector<TokenKeyRecord> out;
  MAGPIE_TRY_VOID(impl_->scan(kTokenKeys, std::string(), std::string(64, '\xff'),
                              [&](std::string_view key, std::string_view value) -> Result<bool> {
                                MAGPIE_TRY(const auto record,
                                           records::decode_token_key(key, value));
                                out.push_back(record);
                                return true;
                              }));
  return out;
}

Result<std::optional<std::uint32_t>> RocksdbStore::find_spent(TokenKeyId key, const SpentId& id) {
  MAGPIE_TRY(const auto value, impl_->get(kSpent, records::spent_key(key, id)));
  if (!value) return std::nullopt;
  MAGPIE_TRY(const auto granted, records::decode_spent(*value));
  return granted;
}

Result<std::optional<CodeRecord>> RocksdbStore::find_code(const CodeId& code) {
  MAGPIE_TRY(const auto value, impl_->get(kCodes, records::code_key(code)));
  if (!value) return std::nullopt;
  MAGPIE_TRY(const auto record, records::decode_code(*value));
  return record;
}

Result<void> RocksdbStore::write(std::span<const WriteBatch> batches) {
  rocksdb::WriteBatch out;
  rocksdb::WriteOptions options;
  for (const auto& batch : batches) {
    options.sync = options.sync || batch.durable;
    for (const auto& write : batch.writes) {
      std::visit([&](const auto& change) { impl_->add(out, change); }, write);
    }
  }
  // Of what others write at the same time nothing is known; what came before is synced with this.
  const auto synced = impl_->database->GetLatestSequenceNumber() + out.Count();
  MAGPIE_TRY_VOID(check(impl_->database->Write(options, &out), "rocksdb: write"));
  if (options.sync) {
    MAGPIE_TRY_VOID(check(impl_->mark->set(synced), "rocksdb: mark"));
  }
  // Noted now and not before, or a purge beside this could miss it.
  impl_->written_to.add(batches);
  return {};
}

// A WriteBatch takes records of any size that we write, so its own statuses are always OK.
void RocksdbStore::Impl::add(rocksdb::WriteBatch& out, const PutRoom& write) const {
  (void)out.Put(handles[kRooms], records::room_key(write.room), records::encode(write.meta));
}

void RocksdbStore::Impl::add(rocksdb::WriteBatch& out, const DropRoom& write) const {
  (void)out.Delete(handles[kRooms], records::room_key(write.room));
  for (const auto family : {kSlots, kEntries, kIds}) {
    (void)out.DeleteRange(handles[family], records::room_key(write.room),
                          records::room_end(write.room));
  }
}

void RocksdbStore::Impl::add(rocksdb::WriteBatch& out, const PutSlot& write) const {
  (void)out.Put(handles[kSlots], records::slot_key(write.room, write.slot.id),
                records::encode(write.slot));
}

void RocksdbStore::Impl::add(rocksdb::WriteBatch& out, const PutEntry& write) const {
  const auto& entry = write.entry;
  (void)out.Put(handles[kEntries], records::entry_key(write.room, entry.sequence),
                records::encode(entry));
  (void)out.Put(handles[kIds], records::id_key(write.room, entry.id),
                records::encode(IdRecord{entry.sequence, entry.slot, entry.day}));
}

void RocksdbStore::Impl::add(rocksdb::WriteBatch& out, const DropEntry& write) const {
  (void)out.Delete(handles[kEntries], records::entry_key(write.room, write.sequence));
}

void RocksdbStore::Impl::add(rocksdb::WriteBatch& out, const DropId& write) const {
  (void)out.Delete(handles[kIds], records::id_key(write.room, write.id));
}

void RocksdbStore::Impl::add(rocksdb::WriteBatch& out, const PutDue& write) const {
  (void)out.Put(handles[kDue], records::due_key(write.due), rocksdb::Slice());
}

void RocksdbStore::Impl::add(rocksdb::WriteBatch& out, const DropDue& write) const {
  (void)out.Delete(handles[kDue], records::due_key(write.due));
}

void RocksdbStore::Impl::add(rocksdb::WriteBatch& out, const PutTokenKey& write) const {
  // The one that was made first stays.
  const auto key = records::token_key_key(write.key.id);
  const auto there = get(kTokenKeys, key);
  if (there && *there) return;
  (void)out.Put(handles[kTokenKeys], key, records::encode(write.key));
}

void RocksdbStore::Impl::add(rocksdb::WriteBatch& out, const DropTokenKey& write) const {
  (void)out.Delete(handles[kTokenKeys], records::token_key_key(write.key));
  (void)out.DeleteRange(handles[kSpent], records::token_key_key(0),
                        records::token_key_key(write.key + 1));
}

void RocksdbStore::Impl::add(rocksdb::WriteBatch& out, const PutSpent& write) const {
  (void)out.Put(handles[kSpent], records::spent_key(write.key, write.id),
                records::encode_spent(write.granted));
}

void RocksdbStore::Impl::add(rocksdb::WriteBatch& out, const PutCode& write) const {
  (void)out.Put(handles[kCodes], records::code_key(write.code), records::encode(write.record));
}

void RocksdbStore::Impl::add(rocksdb::WriteBatch& out, const UseCode& write) const {
  if (write.left.uses == 0) {
    (void)out.Delete(handles[kCodes], records::code_key(write.code));
  } else {
    (void)out.Put(handles[kCodes], records::code_key(write.code), records::encode(write.left));
  }
}

Result<void> RocksdbStore::purge() {
  MAGPIE_TRY_VOID(check(impl_->mark->sync(), "rocksdb: mark"));
  const auto parts = impl_->written_to.take();
  if (parts.none()) return {};
  auto purged = impl_->purge(parts);
  if (!purged) impl_->written_to.add(parts);
  return purged;
}

Result<void> RocksdbStore::Impl::purge(const std::bitset<256>& parts) const {
  // Flushing every family together also retires the log that still holds what was deleted.
  MAGPIE_TRY_VOID(check(database->Flush(rocksdb::FlushOptions(), handles), "rocksdb: flush"));
  for (const auto& [begin, end] : ranges_of(parts)) {
    const auto from = slice(begin);
    const auto to = slice(end);
    for (const auto family : {kRooms, kSlots, kEntries, kIds}) {
      MAGPIE_TRY_VOID(compact(family, &from, &to));
    }
  }
  for (const auto family : {kDue, kTokenKeys, kSpent, kCodes}) {
    MAGPIE_TRY_VOID(compact(family, nullptr, nullptr));
  }
  // One more change of the manifest, so that it forgets the files that were just compacted away.
  MAGPIE_TRY_VOID(check(database->Put({}, handles[kDefault], slice(kPurgedKey), rocksdb::Slice()),
                        "rocksdb: put"));
  return check(database->Flush(rocksdb::FlushOptions(), handles[kDefault]), "rocksdb: flush");
}

Result<void> RocksdbStore::Impl::compact(Family family, const rocksdb::Slice* begin,
                                         const rocksdb::Slice* end) const {
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  options.exclusive_manual_compaction = false;
  return check(database->CompactRange(options, handles[family], begin, end), "rocksdb: compact");
}

Result<std::vector<RoomId>> RocksdbStore::list_rooms(const std::optional<RoomId>& after,
                                                     std::size_t count_max) {
  std::vector<RoomId> out;
  if (count_max == 0) return out;
  const auto begin = after ? records::room_key(*after) + '\0' : std::string();
  MAGPIE_TRY_VOID(impl_->scan(kRooms, begin, std::string(64, '\xff'),
                              [&](std::string_view key, std::string_view) -> Result<bool> {
                                const auto room = RoomId::from(as_bytes(key));
                                if (!room) return fail(Errc::kDamaged, "room record: key");
                                out.push_back(*room);
                                return out.size() < count_max;
                              }));
  return out;
}

Result<void> RocksdbStore::verify_files() {
  return check(impl_->database->VerifyChecksum(), "rocksdb: checksum");
}

Result<void> RocksdbStore::checkpoint(const std::filesystem::path& directory) {
  rocksdb::Checkpoint* made = nullptr;
  MAGPIE_TRY_VOID(
      check(rocksdb::Checkpoint::Create(impl_->database.get(), &made), "rocksdb: checkpoint"));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  return check(checkpoint->CreateCheckpoint(directory.string()), "rocksdb: checkpoint");
}

Result<StoreCounts> RocksdbStore::counts() {
  StoreCounts counts;
  MAGPIE_TRY_VOID(impl_->scan(kRooms, std::string(), std::string(64, '\xff'),
                              [&](std::string_view, std::string_view value) -> Result<bool> {
                                MAGPIE_TRY(const auto meta, records::decode_room(value));
                                ++counts.rooms;
                                counts.entries += meta.entries;
                                counts.payload_bytes += meta.bytes;
                                return true;
                              }));
  std::error_code error;
  const auto path = impl_->database->GetName();
  for (const auto& file : std::filesystem::directory_iterator(path, error)) {
    const auto size = file.file_size(error);
    if (!error) counts.disk_bytes += size;
  }
  return counts;
}

}  // namespace magpie::server
