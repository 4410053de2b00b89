// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/sealed_pages.h"

#include <algorithm>
#include <array>

namespace magpie::client {

Result<std::size_t> SealedPages::read(std::uint64_t offset, MutableBytes out) {
  const std::size_t within = offset % kPageSize;
  if (within + out.size() > kPageSize) return fail(Errc::kUsage, "pages: read over a page");
  const bool whole = out.size() == kPageSize;
  std::array<std::uint8_t, kPageSize> page;
  MAGPIE_TRY(const std::size_t got, file_->read(offset - within, page));
  const std::uint64_t number = offset / kPageSize + 1;
  const bool opened = got == kPageSize && open_unit(key_.expose(), UnitKind::kPage, number, page,
                                                    MutableBytes(page).first(kPageRoom));
  if (!opened && whole) return fail(Errc::kDamaged, "pages: a page does not verify");
  if (!opened) {
    std::fill_n(out.data(), out.size(), std::uint8_t{0});
    return std::min(out.size(), got > within ? got - within : 0);
  }
  std::fill(page.begin() + kPageRoom, page.end(), std::uint8_t{0});
  std::copy_n(page.begin() + static_cast<std::ptrdiff_t>(within), out.size(), out.begin());
  wipe(page);
  return out.size();
}

Result<void> SealedPages::write(std::uint64_t offset, Bytes page) {
  if (offset % kPageSize != 0 || page.size() != kPageSize ||
      std::ranges::any_of(page.last(kSealSize), [](auto byte) { return byte != 0; })) {
    return fail(Errc::kUsage, "pages: not a page");
  }
  std::array<std::uint8_t, kPageSize> sealed;
  seal_unit(key_.expose(), UnitKind::kPage, offset / kPageSize + 1, page.first(kPageRoom), sealed);
  return file_->write(offset, sealed);
}

}  // namespace magpie::client
