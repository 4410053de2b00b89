// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QQuickPaintedItem>
#include <optional>

namespace magpie::app {

/// The text as a QR picture with its quiet zone, one pixel a module; null where it is too long.
QImage qr_image(const QString& text);

/// The text of the first QR code in a picture. Slow; call it away from the GUI thread.
std::optional<QString> read_qr(const QImage& picture);

/// Draws a QR code. An item and not an image provider: the text is a secret, and a provider's
/// request stands in Qt's cache and in its warnings.
class QrCode : public QQuickPaintedItem {
  Q_OBJECT
  Q_PROPERTY(QString text READ text WRITE setText NOTIFY textChanged)

 public:
  explicit QrCode(QQuickItem* parent = nullptr) : QQuickPaintedItem(parent) {}

  QString text() const { return text_; }
  void setText(const QString& text);
  void paint(QPainter* painter) override;

 Q_SIGNALS:
  void textChanged();

 private:
  QString text_;
  QImage image_;
};

}  // namespace magpie::app
