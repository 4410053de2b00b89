// SPDX-License-Identifier: GPL-3.0-or-later
// Locked, nothing of the conversations is on the screen or in the tree behind it.
#include <QAccessible>

#include "tests/app/support/desk.h"
#include "tests/app/support/system_bus.h"
#include "tests/support/needles.h"

namespace magpie::app::test {
namespace {

class Lock : public DeskTest {};

void collect_names(QAccessibleInterface* node, QStringList& names) {
  if (node == nullptr) return;
  names += {node->text(QAccessible::Name), node->text(QAccessible::Value),
            node->text(QAccessible::Description)};
  for (int i = 0; i < node->childCount(); ++i) collect_names(node->child(i), names);
}

QString accessible_text(Desk& desk) {
  QStringList names;
  collect_names(QAccessible::queryAccessibleInterface(&desk.window()), names);
  return names.join("\n");
}

TEST_F(Lock, hides_everything_and_unlocking_brings_it_back) {
  QAccessible::setActive(true);
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  attorney.write("Good morning.");
  attorney.wait_until("shown", [&] { return attorney.messages().size() == 1; });
  EXPECT_TRUE(accessible_text(attorney).contains("Good morning."));
  attorney.type("half a sentence");
  attorney.click("details");
  attorney.key(Qt::Key_L, Qt::ControlModifier);

  attorney.wait_until("the passphrase has the focus",
                      [&] { return attorney.has_focus("lock-passphrase"); });
  const QString shown = accessible_text(attorney);
  for (const char* word : {"Good morning.", "half a sentence", "Lee", "Sister", "Kim"}) {
    EXPECT_FALSE(shown.contains(word)) << word;
  }
  EXPECT_TRUE(shown.contains("Magpie is locked"));
  EXPECT_EQ(attorney.session().rooms()->count(), 0);
  EXPECT_EQ(attorney.session().conversation()->rowCount(), 0);

  attorney.type("not the passphrase");
  attorney.key(Qt::Key_Return);
  attorney.wait_for("lock-problem");
  EXPECT_EQ(attorney.text_of("lock-problem"),
            "That passphrase didn't open Magpie. Nothing was deleted. Check Caps Lock and keyboard "
            "language.");
  attorney.type(kPassphrase);  // over the wrong one, which is selected
  attorney.key(Qt::Key_Return);
  attorney.wait_until("the composer has the focus", [&] { return attorney.has_focus("composer"); });
  attorney.wait_until("the message",
                      [&] { return attorney.messages() == QStringList{"Good morning."}; });
  EXPECT_EQ(attorney.text_of("composer"), "half a sentence");
  EXPECT_NE(attorney.find("send"), nullptr);
  attorney.look("unlocked");
}

bool is_in_a_file(const std::filesystem::path& folder, const std::string& text) {
  magpie::test::Needles needles;
  needles.add("it", text);
  return !needles.in_files(folder).empty();
}

TEST_F(Lock, drafts_of_each_room_are_sealed_in_the_vault_and_come_back) {
  Desk attorney(profile("attorney"));
  Desk lee(profile("lee"));
  Desk park(profile("park"));
  meet_both(attorney, lee, park);
  attorney.type("half a sentence to Lee");
  attorney.click("room-Park");
  attorney.wait_until("the other room", [&] { return attorney.text_of("room-title") == "Park"; });
  attorney.type("and one to Park");
  const QString room = attorney.session().conversation()->room();
  EXPECT_EQ(attorney.session().draft(room), "and one to Park");
  attorney.key(Qt::Key_L, Qt::ControlModifier);
  attorney.wait_for("lock-passphrase");
  EXPECT_EQ(attorney.session().draft(room), "");

  for (const bool restarted : {false, true}) {
    if (restarted) attorney.restart();
    attorney.unlock();
    for (const auto& [title, text] :
         {std::pair("Lee", "half a sentence to Lee"), std::pair("Park", "and one to Park")}) {
      attorney.click(QString("room-") + title);
      attorney.wait_until("the room", [&] { return attorney.text_of("room-title") == title; });
      EXPECT_EQ(attorney.text_of("composer"), text);
      EXPECT_FALSE(is_in_a_file(profile("attorney"), text));
    }
    attorney.key(Qt::Key_L, Qt::ControlModifier);
    attorney.wait_for("lock-passphrase");
  }
}

TEST_F(Lock, a_draft_that_was_sent_does_not_come_back) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  attorney.write("Good morning.");
  attorney.wait_until("shown", [&] { return attorney.messages().size() == 1; });
  attorney.key(Qt::Key_L, Qt::ControlModifier);
  attorney.unlock();
  attorney.wait_until("the message",
                      [&] { return attorney.messages() == QStringList{"Good morning."}; });
  EXPECT_EQ(attorney.text_of("composer"), "");
}

TEST_F(Lock, comes_before_the_computer_sleeps_and_with_the_lock_of_the_screen) {
  Logind logind;
  Desk desk(profile("new"));
  desk.start_without_link("Kim", address_);
  desk.wait_until("sleep is put off", [&] { return logind.asked() == 1 && logind.waits(); });
  logind.prepare_for_sleep(true);
  desk.wait_for("lock-passphrase");
  desk.wait_until("it may sleep", [&] { return !logind.waits(); });
  logind.prepare_for_sleep(false);
  desk.wait_until("the next sleep is put off",
                  [&] { return logind.asked() == 2 && logind.waits(); });
  logind.prepare_for_sleep(true);  // locked as it is
  desk.wait_until("it may sleep at once", [&] { return !logind.waits(); });

  desk.unlock();
  logind.lock_session();
  desk.wait_for("lock-passphrase");
  desk.unlock();
  logind.session_is_locked(false);
  logind.session_is_locked(true);
  desk.wait_for("lock-passphrase");
}

TEST_F(Lock, nothing_that_arrives_is_shown_while_it_is_locked) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  attorney.key(Qt::Key_L, Qt::ControlModifier);
  attorney.wait_for("lock-passphrase");
  relative.write("Are you there?");
  relative.wait_until("on the relay",
                      [&] { return relative.states() == QStringList{"On the relay"}; });
  EXPECT_TRUE(attorney.messages().isEmpty());
  EXPECT_EQ(attorney.session().rooms()->count(), 0);
}

TEST_F(Lock, forgetting_the_passphrase_is_answered_and_taken_back) {
  {
    Desk attorney(profile("attorney"));
    attorney.start_without_link("Kim", address_);
  }
  Desk attorney(profile("attorney"));
  attorney.click("forgot");
  attorney.wait_for("forgotten");
  EXPECT_TRUE(attorney.text_of("forgotten").startsWith("Nobody can open these messages"));
  attorney.click("forgot");
  attorney.wait_until("gone", [&] { return attorney.find("forgotten") == nullptr; });
}

}  // namespace
}  // namespace magpie::app::test
