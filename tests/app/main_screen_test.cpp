// SPDX-License-Identifier: GPL-3.0-or-later
// Rooms stay apart, the keyboard reaches everything, and nothing moves by itself.
#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>

#include "tests/app/support/desk.h"

namespace magpie::app::test {
namespace {

class MainScreen : public DeskTest {};

TEST_F(MainScreen, a_message_in_another_room_changes_neither_room_nor_focus_nor_draft) {
  Desk attorney(profile("attorney"));
  Desk lee(profile("lee"));
  Desk park(profile("park"));
  meet_both(attorney, lee, park);
  attorney.type("half a sent");
  for (int i = 0; i < 10; ++i) park.write("are you there?");
  attorney.wait_until("ten are unread", [&] { return attorney.text_of("unread-Park") == "10"; });
  EXPECT_EQ(attorney.text_of("room-title"), "Lee");
  EXPECT_TRUE(attorney.messages().isEmpty());
  EXPECT_EQ(attorney.text_of("composer"), "half a sent");
  attorney.activate();
  attorney.wait_until("the composer has the focus", [&] { return attorney.has_focus("composer"); });
  attorney.type("ence");
  attorney.key(Qt::Key_Down, Qt::AltModifier);
  attorney.wait_until("the other room", [&] { return attorney.text_of("room-title") == "Park"; });
  EXPECT_EQ(attorney.text_of("composer"), "");  // each room has its own draft
  attorney.wait_until("its messages", [&] { return attorney.messages().size() == 10; });
  attorney.wait_until("all is read", [&] { return attorney.find("unread-Park") == nullptr; });
  attorney.key(Qt::Key_K, Qt::ControlModifier);  // with the composer focused
  attorney.wait_until("the switch has the focus",
                      [&] { return attorney.has_focus("switch-room"); });
  attorney.type("le");
  attorney.key(Qt::Key_Return);
  attorney.wait_until("the first room", [&] { return attorney.text_of("room-title") == "Lee"; });
  EXPECT_EQ(attorney.text_of("composer"), "half a sentence");
  EXPECT_TRUE(lee.messages().isEmpty());
}

TEST_F(MainScreen, numbers_are_the_same_on_both_sides_and_comparing_them_is_shown) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  EXPECT_EQ(attorney.text_of("room-badge"), "Verified by introduction");
  const auto number_of = [](Desk& desk, const QString& other) {
    desk.click("details");
    desk.click("compare-" + other);
    desk.wait_for("safety-group");
    QString number;
    for (QQuickItem* group : desk.find_all("safety-group")) {
      number += group->property("text").toString() + " ";
    }
    return number;
  };
  const QString number = number_of(attorney, "Sister");
  EXPECT_EQ(number.size(), 12 * 6);
  EXPECT_EQ(number_of(relative, "Kim"), number);
  attorney.click("numbers-match");
  attorney.wait_until("the badge",
                      [&] { return attorney.text_of("room-badge") == "Numbers compared"; });
  EXPECT_EQ(attorney.find("banner-state"), nullptr);
  relative.click("numbers-differ");
  relative.wait_for("banner-state");
  EXPECT_TRUE(relative.text_of("banner-state").startsWith("Kim's Magpie has changed."));
  relative.key(Qt::Key_Escape);
  relative.wait_until("the composer has the focus", [&] { return relative.has_focus("composer"); });
  relative.write("hello");
  relative.wait_for("banner-problem");  // sending is paused, and the text is not lost
  EXPECT_EQ(relative.text_of("composer"), "hello");
}

TEST_F(MainScreen, an_introduction_is_told_of_when_used_and_can_be_cancelled) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  attorney.wait_for("banner-guest");
  EXPECT_TRUE(
      attorney.text_of("banner-guest")
          .startsWith("Your introduction for Lee was used. They call themselves “Sister”."));
  attorney.click("banner-guest-action");
  attorney.wait_until("gone", [&] { return attorney.find("banner-guest") == nullptr; });
  const QString link = attorney.introduce("Choi");
  EXPECT_TRUE(attorney.text_of("introduction-state-Lee").startsWith("Used "));
  EXPECT_TRUE(attorney.text_of("introduction-state-Choi").startsWith("Waiting"));
  attorney.click("copy-link");
  EXPECT_EQ(QGuiApplication::clipboard()->text(), link);
  attorney.session().introductions()->cancel(
      attorney.session()
          .introductions()
          ->data(attorney.session().introductions()->index(0), IntroductionModel::kRoom)
          .toString());
  attorney.wait_until("ended",
                      [&] { return attorney.text_of("introduction-state-Choi") == "Ended"; });
  Desk late(profile("late"));
  late.paste(link);
  late.key(Qt::Key_Return);
  late.wait_for("first-run-problem");
  EXPECT_TRUE(late.text_of("first-run-problem").contains("Nothing was sent."));
  EXPECT_FALSE(std::filesystem::exists(profile("late")));
}

TEST_F(MainScreen, who_has_conversations_can_take_a_further_introduction) {
  Desk attorney(profile("attorney"));
  Desk colleague(profile("colleague"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  colleague.activate();
  colleague.start_without_link("Park", address_);
  const QString link = attorney.introduce("Park");
  colleague.click("have-introduction");
  colleague.wait_until("the link has the focus", [&] { return colleague.has_focus("join-link"); });
  colleague.paste("nonsense");
  colleague.key(Qt::Key_Return);
  colleague.wait_for("join-problem");
  colleague.key(Qt::Key_A, Qt::ControlModifier);
  colleague.paste(link);
  colleague.key(Qt::Key_Return);
  colleague.wait_until("the button has the focus", [&] {
    return colleague.has_focus("join-continue") &&
           colleague.text_of("join-continue") == "Start writing";
  });
  colleague.key(Qt::Key_Return);
  colleague.wait_until("the composer has the focus",
                       [&] { return colleague.has_focus("composer"); });
  EXPECT_EQ(colleague.text_of("room-title"), "Kim");
}

TEST_F(MainScreen, the_language_changes_at_any_time) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  attorney.key(Qt::Key_Comma, Qt::ControlModifier);
  attorney.click("language-ko");
  EXPECT_EQ(attorney.text_of("new-introduction").toStdString(), "새 소개");
  attorney.key(Qt::Key_Escape);
  EXPECT_EQ(attorney.text_of("room-badge").toStdString(), "소개로 확인됨");
  EXPECT_EQ(attorney.text_of("send").toStdString(), "Lee 님에게 보내기");
  attorney.key(Qt::Key_L, Qt::ControlModifier);
  attorney.wait_until("the passphrase has the focus",
                      [&] { return attorney.has_focus("lock-passphrase"); });
  attorney.type("wrong");
  attorney.key(Qt::Key_Return);
  attorney.wait_for("lock-problem");
  EXPECT_TRUE(attorney.text_of("lock-problem").startsWith(QString::fromUtf8("이 암호 문구로는")));
  attorney.preferences().setLanguage("zh_CN");  // an error that stands speaks it too
  EXPECT_TRUE(attorney.text_of("lock-problem").startsWith(QString::fromUtf8("此密码短语")));
}

TEST_F(MainScreen, nobody_at_the_keyboard_is_noticed_and_a_key_puts_it_off) {
  IdleWatch watch;
  int idle = 0;
  QObject::connect(&watch, &IdleWatch::idle, [&] { ++idle; });
  watch.set_limit(std::chrono::hours(1));
  Desk desk(profile("new"));
  desk.click("first-run-link");
  desk.type("a");
  EXPECT_EQ(idle, 0);
  watch.set_limit(std::chrono::milliseconds(1));
  desk.wait_until("idle", [&] { return idle == 1; });
  desk.type("b");  // counts anew
  desk.wait_until("idle again", [&] { return idle == 2; });
}

// Every control that the keyboard reaches has a name; the focus goes round and leaves nothing out.
TEST_F(MainScreen, tab_goes_from_list_over_header_and_messages_to_composer_and_send) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  attorney.write("Good morning.");
  attorney.wait_until("shown", [&] { return attorney.messages().size() == 1; });
  QStringList order;
  for (int i = 0; i < 20 && (order.isEmpty() || attorney.focus_name() != "composer"); ++i) {
    attorney.key(Qt::Key_Tab);
    order.append(attorney.focus_name());
    QAccessibleInterface* node =
        QAccessible::queryAccessibleInterface(attorney.window().activeFocusItem());
    ASSERT_NE(node, nullptr) << qPrintable(attorney.focus_name());
    EXPECT_FALSE(node->text(QAccessible::Name).isEmpty()) << qPrintable(attorney.focus_name());
  }
  const QStringList wanted{
      "send",    "new-introduction", "have-introduction",   "room-Lee", "lock", "settings", "keys",
      "details", "messages",         "banner-guest-action", "composer"};
  EXPECT_EQ(order.join(" ").toStdString(), wanted.join(" ").toStdString());
  EXPECT_EQ(attorney.find("send")->property("text").toString(), "Send to Lee");
}

TEST_F(MainScreen, a_lost_connection_is_said_and_taken_back) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  relay_->stop(SIGKILL);
  attorney.wait_for("banner-offline");
  EXPECT_TRUE(attorney.text_of("banner-offline").startsWith("No connection since "));
  attorney.write("Good night.");
  attorney.wait_until("waiting", [&] { return attorney.states() == QStringList{"Waiting"}; });
  const std::string listen = address_.substr(0, address_.find('#'));
  relay_.emplace(std::vector<std::string>{"serve", "--data", (folder_.path() / "relay").string(),
                                          "--listen", listen, "--open"});
  ASSERT_EQ(relay_->address(), address_);
  relative.wait_until("it arrived",
                      [&] { return relative.messages() == QStringList{"Good night."}; });
  attorney.wait_until("no banner", [&] { return attorney.find("banner-offline") == nullptr; });
}

}  // namespace
}  // namespace magpie::app::test
