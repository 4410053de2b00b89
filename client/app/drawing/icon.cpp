// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/drawing/icon.h"

#include <QHash>
#include <QPainter>
#include <QPainterPath>

namespace magpie::app {
namespace {

QPainterPath lines(std::initializer_list<QPolygonF> strokes) {
  QPainterPath path;
  for (const auto& stroke : strokes) path.addPolygon(stroke);
  return path;
}

QPainterPath clock() {
  QPainterPath path = lines({{{12, 7}, {12, 12}, {15.5, 14}}});
  path.addEllipse(QPointF(12, 12), 8.5, 8.5);
  return path;
}

QPainterPath eye() {
  QPainterPath path(QPointF(3, 12));
  path.quadTo(12, 2.5, 21, 12);
  path.quadTo(12, 21.5, 3, 12);
  path.addEllipse(QPointF(12, 12), 2.8, 2.8);
  return path;
}

QPainterPath gap() {
  return lines({{{3, 12}, {6.5, 12}}, {{10.2, 12}, {13.8, 12}}, {{17.5, 12}, {21, 12}}});
}

QPainterPath warning() {
  QPainterPath path = lines({{{12, 3.5}, {21, 19.5}, {3, 19.5}, {12, 3.5}}, {{12, 9.5}, {12, 14}}});
  path.addEllipse(QPointF(12, 16.7), 0.4, 0.4);
  return path;
}

QPainterPath info() {
  QPainterPath path = lines({{{12, 11}, {12, 16.5}}});
  path.addEllipse(QPointF(12, 12), 8.5, 8.5);
  path.addEllipse(QPointF(12, 7.9), 0.4, 0.4);
  return path;
}

QPainterPath lock() {
  QPainterPath path;
  path.addRoundedRect(5, 10.5, 14, 10, 2, 2);
  path.moveTo(8, 10.5);
  path.lineTo(8, 8);
  path.arcTo(8, 3.5, 8, 8, 180, -180);
  path.lineTo(16, 10.5);
  return path;
}

QPainterPath person() {
  QPainterPath path;
  path.addEllipse(QPointF(12, 8), 4, 4);
  path.moveTo(4.5, 20.5);
  path.arcTo(4.5, 14, 15, 13, 180, -180);
  return path;
}

QPainterPath gear() {  // three sliders: a gear is mud at this size
  QPainterPath path = lines({{{3.5, 6.5}, {8, 6.5}},
                             {{12, 6.5}, {20.5, 6.5}},
                             {{3.5, 12}, {13, 12}},
                             {{17, 12}, {20.5, 12}},
                             {{3.5, 17.5}, {6, 17.5}},
                             {{10, 17.5}, {20.5, 17.5}}});
  path.addEllipse(QPointF(10, 6.5), 2, 2);
  path.addEllipse(QPointF(15, 12), 2, 2);
  path.addEllipse(QPointF(8, 17.5), 2, 2);
  return path;
}

QPainterPath shield() {
  QPainterPath path = lines({{{8.3, 11.8}, {11, 14.5}, {15.8, 9.3}}});
  path.moveTo(12, 3);
  path.lineTo(19.5, 5.8);
  path.lineTo(19.5, 11);
  path.quadTo(19.5, 18, 12, 21);
  path.quadTo(4.5, 18, 4.5, 11);
  path.lineTo(4.5, 5.8);
  path.closeSubpath();
  return path;
}

QPainterPath link() {
  QPainterPath path;
  path.addRoundedRect(2.5, 8.5, 10.5, 7, 3.5, 3.5);
  path.addRoundedRect(11, 8.5, 10.5, 7, 3.5, 3.5);
  return path;
}

QPainterPath offline() {
  QPainterPath path = lines({{{4, 4}, {20, 20}}});
  path.moveTo(4, 10.5);
  path.quadTo(12, 4, 20, 10.5);
  path.moveTo(7.2, 14.2);
  path.quadTo(12, 10.2, 16.8, 14.2);
  path.addEllipse(QPointF(12, 18.3), 0.7, 0.7);
  return path;
}

// A magpie on its branch, in one stroke for body and tail.
QPainterPath bird() {
  QPainterPath path(QPointF(2.5, 19.5));
  path.lineTo(9, 13.5);
  path.quadTo(8.2, 6.2, 14.6, 5.2);
  path.quadTo(17.6, 5, 18.4, 7.4);
  path.lineTo(21.5, 8.4);
  path.lineTo(18.5, 9.6);
  path.quadTo(18.4, 16.2, 11.2, 16.6);
  path.closeSubpath();
  path.moveTo(10.2, 12.6);
  path.quadTo(13.6, 13.4, 15.2, 9.8);
  path.addPolygon(QPolygonF{{12, 16.7}, {12, 20.5}});
  path.addPolygon(QPolygonF{{8.6, 20.5}, {18, 20.5}});
  path.addEllipse(QPointF(16, 7.4), 0.3, 0.3);
  return path;
}

const QHash<QString, QPainterPath>& paths() {
  static const QHash<QString, QPainterPath> all = {
      {"waiting", clock()},
      {"relay", lines({{{12, 20}, {12, 4.5}}, {{5.5, 11}, {12, 4.5}, {18.5, 11}}})},
      {"delivered", lines({{{4, 12.8}, {9.5, 18.2}, {20, 6.2}}})},
      {"read", eye()},
      {"gap", gap()},
      {"not-sent", lines({{{5.5, 5.5}, {18.5, 18.5}}, {{18.5, 5.5}, {5.5, 18.5}}})},
      {"warning", warning()},
      {"info", info()},
      {"lock", lock()},
      {"person", person()},
      {"settings", gear()},
      {"verified", shield()},
      {"introduction", link()},
      {"offline", offline()},
      {"bird", bird()},
      {"back", lines({{{14.5, 5}, {7.5, 12}, {14.5, 19}}})},
      {"close", lines({{{6, 6}, {18, 18}}, {{18, 6}, {6, 18}}})},
      {"plus", lines({{{12, 5}, {12, 19}}, {{5, 12}, {19, 12}}})},
      {"send", lines({{{4, 4.5}, {20.5, 12}, {4, 19.5}, {7, 12}, {4, 4.5}}, {{7, 12}, {13, 12}}})},
  };
  return all;
}

}  // namespace

Icon::Icon(QQuickItem* parent) : QQuickPaintedItem(parent) {
  setAntialiasing(true);
  setImplicitSize(20, 20);
  connect(this, &Icon::changed, this, [this] { update(); });
}

void Icon::paint(QPainter* painter) {
  painter->setRenderHint(QPainter::Antialiasing);
  painter->scale(width() / 24.0, height() / 24.0);
  painter->setPen(QPen(color_, 2.0, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  painter->drawPath(paths().value(name_));
}

}  // namespace magpie::app
