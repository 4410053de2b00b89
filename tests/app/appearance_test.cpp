// SPDX-License-Identifier: GPL-3.0-or-later
// Every screen in every language, at the smallest window with the largest text: all words are
// whole, can be scrolled into sight, and nothing lies over another.

#include <map>

#include "tests/app/support/desk.h"

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

class Appearance : public DeskTest, public ::testing::WithParamInterface<const char*> {
 protected:
  static void check(Desk& desk, const QString& screen) {
    desk.look(screen);
    (void)desk.window().grabWindow();  // everything is laid out
    check_texts(desk.window().contentItem(), desk.window().size(), screen);
    check_overlaps(desk.window().contentItem(), screen);
  }
  static void resize(Desk& desk, int width, int height) {
    desk.window().resize(width, height);
    const QSizeF wanted(width, height);
    desk.wait_until("the window has its size",
                    [&] { return desk.window().contentItem()->size() == wanted; });
  }
  static void make_small(Desk& desk) {
    resize(desk, 360, 480);
    desk.preferences().setTextScale(2.0);
  }
  QString language() const { return GetParam(); }
};

TEST_P(Appearance, first_run_is_whole) {
  Desk desk(profile("new"), language());
  check(desk, language() + "-welcome");
  desk.click("first-run-link");
  desk.type("nonsense");
  desk.key(Qt::Key_Return);
  desk.wait_for("first-run-problem");
  check(desk, language() + "-welcome-problem");
  make_small(desk);
  check(desk, language() + "-welcome-small");
  desk.session().startWithout();
  desk.wait_for("passphrase");
  check(desk, language() + "-about-you-small");
  desk.preferences().setTextScale(1.0);
  resize(desk, 480, 720);
  check(desk, language() + "-about-you-narrow");
}

TEST_P(Appearance, main_screens_are_whole) {
  Desk attorney(profile("attorney"), language());
  Desk relative(profile("relative"), language());
  meet(attorney, relative);
  attorney.write("Good morning. I have asked for a visit today, and I hope to see him at ten.");
  relative.wait_until("it arrived", [&] { return relative.messages().size() == 1; });
  relative.write("Thank you.");
  relative.write("Please tell him that we are well and that mother has slept.");
  attorney.wait_until("they arrived", [&] { return attorney.messages().size() == 3; });
  check(attorney, language() + "-main");
  attorney.preferences().setTheme("dark");
  check(attorney, language() + "-main-dark");
  for (const bool small : {false, true}) {
    const QString size = small ? "-small" : "";
    if (small) make_small(attorney);
    check(attorney, language() + "-conversation" + size);
    attorney.click("details");
    attorney.click("compare-Sister");
    attorney.wait_for("safety-group");
    check(attorney, language() + "-details" + size);
    attorney.key(Qt::Key_Escape);
    attorney.key(Qt::Key_N, Qt::ControlModifier);
    attorney.wait_for("make-introduction");
    check(attorney, language() + "-introductions" + size);
    attorney.introduce(small ? "Choi" : "Park");
    check(attorney, language() + "-introduction-made" + size);
    attorney.key(Qt::Key_Comma, Qt::ControlModifier);
    attorney.wait_for("theme-dark");
    check(attorney, language() + "-settings" + size);
    attorney.key(Qt::Key_F1);
    check(attorney, language() + "-keys" + size);
    attorney.key(Qt::Key_Escape);
    if (small) {
      attorney.key(Qt::Key_Escape);
      attorney.wait_for("room-Lee");
      check(attorney, language() + "-list" + size);
    }
  }
  attorney.preferences().setTextScale(1.0);
  attorney.key(Qt::Key_L, Qt::ControlModifier);
  attorney.wait_for("lock-passphrase");
  attorney.click("forgot");
  check(attorney, language() + "-locked-dark");
  make_small(attorney);
  check(attorney, language() + "-locked-small");
}

INSTANTIATE_TEST_SUITE_P(Languages, Appearance, ::testing::Values("en", "ko", "zh_CN"),
                         [](const auto& language) { return std::string(language.param); });

}  // namespace
}  // namespace magpie::app::test
