// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/qr_picture.h"

#include <png.h>
#include <qrencode.h>

#include <memory>

#include "client/cli/error_text.h"
#include "crypto/base/bytes.h"

namespace magpie::cli {
namespace {

constexpr int kPixelsPerModule = 8;
constexpr int kQuietModules = 4;  // around the code, as its standard asks

}  // namespace

Result<void> write_qr_picture(const std::string& text, const std::filesystem::path& file) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
      QRcode_encodeString(text.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1), QRcode_free);
  if (!code) return fail(Errc::kStorage, site::kQrFile);
  const int side = (code->width + 2 * kQuietModules) * kPixelsPerModule;
  const auto stride = static_cast<std::size_t>(side);
  Buffer pixels(stride * stride, 0xFF);
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      const int row = y / kPixelsPerModule - kQuietModules;
      const int column = x / kPixelsPerModule - kQuietModules;
      const bool inside = row >= 0 && row < code->width && column >= 0 && column < code->width;
      const bool dark = inside && (code->data[row * code->width + column] & 1) != 0;
      if (dark) pixels[static_cast<std::size_t>(y) * stride + static_cast<std::size_t>(x)] = 0;
    }
  }
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = image.height = static_cast<png_uint_32>(side);
  image.format = PNG_FORMAT_GRAY;
  const int written =
      png_image_write_to_file(&image, file.c_str(), 0, pixels.data(), side, nullptr);
  if (written == 0) return fail(Errc::kStorage, site::kQrFile);
  return {};
}

}  // namespace magpie::cli
