// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <pqxx/binarystring>
#include <pqxx/field>
#include <string>

#include "crypto/base/bytes.h"

/// Values as they go to PostgreSQL and come from it, without text in between where they are many.
namespace magpie::server::postgres {

/// An array in PostgreSQL's own binary form (its array_send): one parameter for any number of rows.
class Array {
 public:
  static Array of_bytes() { return Array(17); }
  static Array of_numbers() { return Array(20); }

  void add(Bytes bytes) { add(as_text(bytes)); }
  void add(std::string_view bytes) {
    put(values_, bytes.size(), 4);
    values_ += bytes;
    ++count_;
  }
  void add(std::uint64_t number) {
    put(values_, 8, 4);
    put(values_, number, 8);
    ++count_;
  }
  bool empty() const { return count_ == 0; }

  pqxx::binarystring parameter() const {
    std::string out;
    // Dimensions, no nulls, the element's type; its length, counted from 1.
    put(out, empty() ? 0 : 1, 4);
    put(out, 0, 4);
    put(out, type_, 4);
    if (!empty()) {
      put(out, count_, 4);
      put(out, 1, 4);
    }
    return pqxx::binarystring(out + values_);
  }

 private:
  explicit Array(std::uint32_t type) : type_(type) {}
  static void put(std::string& out, std::uint64_t number, int bytes) {
    while (bytes-- > 0) out.push_back(static_cast<char>(number >> (8 * bytes)));
  }

  std::uint32_t type_;
  std::uint32_t count_ = 0;
  std::string values_;
};

inline pqxx::binarystring parameter(Bytes bytes) { return {bytes.data(), bytes.size()}; }

inline std::string bytes_of(const pqxx::field& field) { return pqxx::binarystring(field).str(); }

/// PostgreSQL's numbers have a sign.
inline std::int64_t number(std::uint64_t value) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(value, INT64_MAX));
}

}  // namespace magpie::server::postgres
