// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "server/store/store.h"

namespace magpie::server {

/// Rooms in a PostgreSQL database that any number of relay processes share (docs/scaling.md). A
/// process keeps nothing of its own: what it has in memory of a room holds only as long as the
/// room's revision in the database says so.
///
/// A server that is gone is waited for, and then found again at whichever of its hosts is the
/// primary; meanwhile every call waits. A batch whose outcome is not known is answered with all its
/// rooms as conflicts.
class PostgresStore final : public Store {
 public:
  enum class Mode {
    kReadWrite,
    kSnapshot,  ///< for one caller that only reads: everything as it was at the first read
  };
  /// `connection` as libpq has it, in keywords and values. Makes or migrates the tables
  /// (kReadWrite). Errors: kUnreachable; kUnsupported, its site saying which setting or version;
  /// kNotFound (kSnapshot, and there are no tables); kStorage.
  static Result<std::unique_ptr<PostgresStore>> open(const std::string& connection, Mode mode);
  ~PostgresStore() override;

  Result<std::optional<RoomState>> load_room(const RoomId& room) override;
  Result<std::vector<EntryRecord>> read_entries(const RoomId& room, Sequence after,
                                                Sequence through, std::size_t count_max,
                                                std::size_t bytes_max) override;
  Result<std::vector<EntryHeader>> list_entries(const RoomId& room, Sequence after,
                                                Sequence through, std::size_t count_max) override;
  Result<std::optional<IdRecord>> find_id(const RoomId& room, const EntryId& id) override;
  Result<std::vector<std::pair<EntryId, IdRecord>>> list_ids(const RoomId& room,
                                                             const std::optional<EntryId>& after,
                                                             std::size_t count_max) override;
  Result<std::vector<Due>> list_due(DueKind kind, Day before, const std::optional<Due>& after,
                                    std::size_t count_max) override;
  Result<std::vector<TokenKeyRecord>> list_token_keys() override;
  Result<std::optional<std::uint32_t>> find_spent(TokenKeyId key, const SpentId& id) override;
  Result<std::optional<CodeRecord>> find_code(const CodeId& code) override;
  Result<std::vector<RoomId>> list_rooms(const std::optional<RoomId>& after,
                                         std::size_t count_max) override;
  /// Where the server is gone meanwhile, writes again; only for batches that name no revisions.
  Result<void> write(std::span<const WriteBatch> batches) override;
  bool shared() const override { return true; }
  Result<Conflicts> commit(std::span<const WriteBatch> batches) override;
  /// Rewrites the tables from which something was deleted, and ends the log files that hold it.
  /// Where another process is doing so, or a table is in use for long (pg_dump), it is left for the
  /// next time.
  Result<void> purge() override;
  Result<StoreCounts> counts() override;

  /// Calls `changed` with what other processes committed, and `missed` after a time in which that
  /// was not heard, from a thread of its own, until the store ends. Once.
  using Changed = std::function<void(std::vector<RoomMark>)>;
  void listen(Changed changed, std::function<void()> missed);
  /// Nothing is called any more when this returns.
  void stop_listening();
  /// From now on a server that is gone is not waited for: calls fail with kUnreachable.
  void hurry();
  /// Whether the server answers, as far as is known.
  bool reachable() const;
  /// Sentences for the administrator on settings under which deleted data stays longer than it
  /// should.
  std::vector<std::string> warnings();

 private:
  struct Impl;
  explicit PostgresStore(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace magpie::server
