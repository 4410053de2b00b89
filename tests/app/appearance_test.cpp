// SPDX-License-Identifier: GPL-3.0-or-later
// Every screen in every language, at the smallest window with the largest text: all words are
// whole, can be scrolled into sight, and nothing lies over another.
#include "tests/app/support/layout.h"

namespace magpie::app::test {
namespace {

class Appearance : public DeskTest, public ::testing::WithParamInterface<const char*> {
 protected:
  static void check(Desk& desk, const QString& screen) { check_layout(desk, screen); }
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
