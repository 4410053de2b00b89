// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QQuickPaintedItem>

class QPainterPath;

namespace magpie::app {

/// One of the program's own line drawings, in a square of 24 units; no font's glyphs, so that a
/// state looks the same on every computer. Decoration: the words stand beside it.
class Icon : public QQuickPaintedItem {
  Q_OBJECT
  Q_PROPERTY(QString name MEMBER name_ NOTIFY changed)
  Q_PROPERTY(QColor color MEMBER color_ NOTIFY changed)

 public:
  explicit Icon(QQuickItem* parent = nullptr);
  void paint(QPainter* painter) override;

 Q_SIGNALS:
  void changed();

 private:
  QString name_;
  QColor color_ = Qt::black;
};

}  // namespace magpie::app
