// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/drawing/qr_code.h"

#include <qrencode.h>

#include <QPainter>
#include <memory>

#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

namespace magpie::app {
namespace {

constexpr int kQuietZone = 4;  // modules, as the standard asks

struct FreeQr {
  void operator()(QRcode* code) const { QRcode_free(code); }
};

}  // namespace

QImage qr_image(const QString& text) {
  const QByteArray bytes = text.toUtf8();
  const std::unique_ptr<QRcode, FreeQr> code(
      QRcode_encodeString8bit(bytes.constData(), 0, QR_ECLEVEL_M));
  if (!code) return {};
  const int side = code->width + 2 * kQuietZone;
  QImage image(side, side, QImage::Format_Grayscale8);
  image.fill(Qt::white);
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      if ((code->data[y * code->width + x] & 1) == 0) continue;
      image.setPixelColor(x + kQuietZone, y + kQuietZone, Qt::black);
    }
  }
  return image;
}

std::optional<QString> read_qr(const QImage& picture) {
  const QImage grey = picture.convertToFormat(QImage::Format_Grayscale8);
  if (grey.isNull()) return std::nullopt;
  const ZXing::ImageView view(grey.constBits(), grey.width(), grey.height(),
                              ZXing::ImageFormat::Lum, static_cast<int>(grey.bytesPerLine()));
  ZXing::DecodeHints hints;
  hints.setFormats(ZXing::BarcodeFormat::QRCode);
  const ZXing::Result found = ZXing::ReadBarcode(view, hints);
  if (!found.isValid()) return std::nullopt;
  return QString::fromStdString(found.text());
}

void QrCode::setText(const QString& text) {
  if (text == text_) return;
  text_ = text;
  image_ = text.isEmpty() ? QImage() : qr_image(text);
  Q_EMIT textChanged();
  update();
}

void QrCode::paint(QPainter* painter) {
  if (image_.isNull()) return;
  painter->setRenderHint(QPainter::SmoothPixmapTransform, false);
  painter->drawImage(boundingRect(), image_);
}

}  // namespace magpie::app
