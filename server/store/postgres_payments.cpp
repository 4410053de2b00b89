// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/store/postgres_payments.h"

#include <pqxx/result>

#include "server/store/postgres_values.h"
#include "server/store/records.h"

namespace magpie::server::postgres {

void Payments::add(const WriteBatch& batch, const std::set<RoomId>& left_out) {
  for (const auto& write : batch.writes) {
    const auto* const room = room_of(write);
    if (room != nullptr && left_out.contains(*room)) continue;
    std::visit(
        [this](const auto& change) {
          if constexpr (requires { this->add(change); }) this->add(change);
        },
        write);
  }
}

void Payments::add(const PutSpent& write) {
  const auto added = spent_.try_emplace({write.key, write.id}, Spent{write.granted, write.room});
  if (!added.second) twice_.insert(write.room);
}

void Payments::add(const UseCode& write) {
  const auto first = Use{write.left.uses + 1, write.left, write.room};
  uses_.try_emplace(write.code, first).first->second.left = write.left;
}

std::set<RoomId> Payments::write(pqxx::transaction_base& work) const {
  write_codes(work, codes_);
  auto refused = use_codes(work);
  refused.merge(spend(work));
  refused.insert(twice_.begin(), twice_.end());
  write_keys(work);
  return refused;
}

void Payments::write_codes(pqxx::transaction_base& work,
                           const std::map<CodeId, CodeRecord>& codes) const {
  auto used_up = Array::of_bytes();
  auto ids = Array::of_bytes();
  auto records = Array::of_bytes();
  for (const auto& [code, record] : codes) {
    if (record.uses == 0) {
      used_up.add(code.bytes());
    } else {
      ids.add(code.bytes());
      records.add(records::encode(record));
    }
  }
  if (!ids.empty()) work.exec_prepared0("put_codes", ids.parameter(), records.parameter());
  if (!used_up.empty()) work.exec_prepared0("drop_codes", used_up.parameter());
}

std::set<RoomId> Payments::use_codes(pqxx::transaction_base& work) const {
  std::set<RoomId> refused;
  if (uses_.empty()) return refused;
  auto ids = Array::of_bytes();
  for (const auto& [code, use] : uses_) ids.add(code.bytes());
  std::map<std::string, std::uint32_t> found;
  for (const auto& row : work.exec_prepared("lock_codes", ids.parameter())) {
    if (const auto record = records::decode_code(bytes_of(row[1]))) {
      found[bytes_of(row[0])] = record->uses;
    }
  }
  std::map<CodeId, CodeRecord> left;
  for (const auto& [code, use] : uses_) {
    left.emplace(code, use.left);
    const auto there = found.find(records::code_key(code));
    if (there == found.end() || there->second != use.before) refused.insert(use.room);
  }
  if (refused.empty()) write_codes(work, left);
  return refused;
}

std::set<RoomId> Payments::spend(pqxx::transaction_base& work) const {
  std::set<RoomId> refused;
  if (spent_.empty()) return refused;
  auto keys = Array::of_numbers();
  auto ids = Array::of_bytes();
  auto records = Array::of_bytes();
  for (const auto& [key, spent] : spent_) {
    keys.add(std::uint64_t{key.first});
    ids.add(key.second.bytes());
    records.add(records::encode_spent(spent.granted));
  }
  std::set<std::pair<TokenKeyId, std::string>> written;
  for (const auto& row :
       work.exec_prepared("put_spent", keys.parameter(), ids.parameter(), records.parameter())) {
    written.emplace(row[0].as<TokenKeyId>(), bytes_of(row[1]));
  }
  for (const auto& [key, spent] : spent_) {
    const std::pair name(key.first, std::string(as_text(key.second.bytes())));
    if (!written.contains(name)) refused.insert(spent.room);
  }
  return refused;
}

void Payments::write_keys(pqxx::transaction_base& work) const {
  if (!keys_.empty()) {
    auto numbers = Array::of_numbers();
    auto records = Array::of_bytes();
    for (const auto& key : keys_) {
      numbers.add(std::uint64_t{key.id});
      records.add(records::encode(key));
    }
    work.exec_prepared0("put_token_keys", numbers.parameter(), records.parameter());
  }
  if (dropped_keys_.empty()) return;
  auto dropped = Array::of_numbers();
  for (const auto key : dropped_keys_) dropped.add(std::uint64_t{key});
  work.exec_prepared0("drop_token_keys", dropped.parameter());
  work.exec_prepared0("drop_spent", number(std::uint64_t{*dropped_keys_.rbegin()}));
}

void prepare_payments(pqxx::connection& connection) {
  connection.prepare("put_codes",
                     "INSERT INTO codes (code, record) "
                     "SELECT * FROM unnest($1::bytea[], $2::bytea[]) "
                     "ON CONFLICT (code) DO UPDATE SET record = excluded.record");
  connection.prepare("lock_codes",
                     "SELECT code, record FROM codes WHERE code = ANY($1::bytea[]) "
                     "ORDER BY code FOR UPDATE");
  connection.prepare("drop_codes", "DELETE FROM codes WHERE code = ANY($1::bytea[])");
  connection.prepare("put_spent",
                     "INSERT INTO spent (key, id, record) "
                     "SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bytea[]) "
                     "ON CONFLICT DO NOTHING RETURNING key, id");
  connection.prepare("drop_spent", "DELETE FROM spent WHERE key <= $1");
  connection.prepare("put_token_keys",
                     "INSERT INTO token_keys (key, record) "
                     "SELECT * FROM unnest($1::bigint[], $2::bytea[]) ON CONFLICT DO NOTHING");
  connection.prepare("drop_token_keys", "DELETE FROM token_keys WHERE key = ANY($1::bigint[])");
}

}  // namespace magpie::server::postgres
