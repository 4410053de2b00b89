// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "client/core/vault/files.h"
#include "client/core/vault/page_seal.h"
#include "crypto/base/secret.h"

namespace magpie::client {

/// The database file as SQLite sees it, over a file in which every page is sealed under its
/// number. Offsets and sizes are SQLite's, and the same on the disk. Errors beside those of File:
/// kDamaged for a page that does not verify, kUsage for a range that SQLite never asks for. One
/// thread uses it.
class SealedPages {
 public:
  /// `key` is kVaultKeySize bytes.
  SealedPages(std::unique_ptr<File> file, const Secret& key)
      : file_(std::move(file)), key_(key.clone()) {}

  /// Fills `out`, which lies in one page. Less than a page at offset 0 is SQLite's look at the
  /// header before it has recovered the log; how many bytes there are, the rest is zero. The page
  /// may be torn then, with its whole content in the log, so it reads as zeros, as SQLite expects
  /// of an empty file; if the log does not have it either, the whole page is asked for and is
  /// kDamaged.
  Result<std::size_t> read(std::uint64_t offset, MutableBytes out);
  /// One page, whose last kSealSize bytes are zero.
  Result<void> write(std::uint64_t offset, Bytes page);
  Result<void> truncate(std::uint64_t size) { return file_->truncate(size); }
  Result<void> sync() { return file_->sync(); }
  Result<std::uint64_t> size() { return file_->size(); }

 private:
  std::unique_ptr<File> file_;
  Secret key_;
};

}  // namespace magpie::client
