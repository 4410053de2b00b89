// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/support/layout.h"

#include <map>

namespace magpie::app::test {
namespace {

constexpr double kSlack = 1.5;  // of rounding to whole pixels

bool scrolls(QQuickItem* item) {
  for (; item != nullptr; item = item->parentItem()) {
    if (item->inherits("QQuickFlickable")) return true;
  }
  return false;
}

// What is wrong with how this text stands in its window; empty where nothing is.
QString fault_of(QQuickItem* text, const QSizeF& window) {
  const double wide = text->property("contentWidth").toDouble();
  const double high = text->property("contentHeight").toDouble();
  if (text->property("truncated").toBool()) return "truncated";
  if (wide > text->width() + kSlack) return "wider than its place";
  if (high > text->height() + kSlack) return "higher than its place";
  const QRectF place = text->mapRectToScene(QRectF(0, 0, text->width(), text->height()));
  if (place.left() < -kSlack || place.right() > window.width() + kSlack) return "outside";
  const bool inside = place.top() > -kSlack && place.bottom() < window.height() + kSlack;
  return inside || scrolls(text) ? QString() : "below the window's edge";
}

void check_texts(QQuickItem* item, const QSizeF& window, const QString& where) {
  if (!item->isVisible() || item->opacity() == 0) return;
  if (item->inherits("QQuickText") && !item->property("text").toString().isEmpty()) {
    const QString fault = fault_of(item, window);
    EXPECT_TRUE(fault.isEmpty()) << qPrintable(where) << ": " << qPrintable(fault) << ": "
                                 << qPrintable(item->property("text").toString());
  }
  for (QQuickItem* child : item->childItems()) check_texts(child, window, where);
}

// What scrolls together, and can be read or used.
void collect(QQuickItem* item, std::map<QQuickItem*, std::vector<QQuickItem*>>& groups) {
  if (!item->isVisible() || item->opacity() == 0) return;
  const bool words = item->inherits("QQuickText") && !item->property("text").toString().isEmpty();
  const bool control = item->activeFocusOnTab() && !item->inherits("QQuickItemView");
  if (words || control) {
    QQuickItem* group = item->parentItem();
    while (group != nullptr && !group->inherits("QQuickFlickable")) group = group->parentItem();
    groups[group].push_back(item);
  }
  for (QQuickItem* child : item->childItems()) collect(child, groups);
}

QRectF place_of(const QQuickItem* item) {
  return item->mapRectToScene(QRectF(0, 0, item->width(), item->height()));
}

void check_overlaps(QQuickItem* root, const QString& where) {
  std::map<QQuickItem*, std::vector<QQuickItem*>> groups;
  collect(root, groups);
  for (const auto& [group, items] : groups) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      for (std::size_t k = i + 1; k < items.size(); ++k) {
        if (items[i]->isAncestorOf(items[k])) continue;
        const QRectF both = place_of(items[i]).intersected(place_of(items[k]));
        EXPECT_FALSE(both.width() > kSlack && both.height() > kSlack)
            << qPrintable(where) << ": one over the other: "
            << qPrintable(items[i]->property("text").toString() + items[i]->objectName()) << " / "
            << qPrintable(items[k]->property("text").toString() + items[k]->objectName());
      }
    }
  }
}

}  // namespace

void check_layout(Desk& desk, const QString& screen) {
  desk.look(screen);
  (void)desk.window().grabWindow();  // everything is laid out
  check_texts(desk.window().contentItem(), desk.window().size(), screen);
  check_overlaps(desk.window().contentItem(), screen);
}

void resize(Desk& desk, int width, int height) {
  desk.window().resize(width, height);
  const QSizeF wanted(width, height);
  desk.wait_until("the window has its size",
                  [&] { return desk.window().contentItem()->size() == wanted; });
}

}  // namespace magpie::app::test
