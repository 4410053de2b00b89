// SPDX-License-Identifier: GPL-3.0-or-later
// What is written arrives once, as it was written, and says how far it is.
#include <QInputMethodEvent>

#include "tests/app/support/desk.h"

namespace magpie::app::test {
namespace {

class Writing : public DeskTest {};

void compose(Desk& desk, const QString& preedit, const QString& commit = {}) {
  QInputMethodEvent event(preedit, {});
  event.setCommitString(commit);
  QCoreApplication::sendEvent(desk.window().activeFocusItem(), &event);
}

TEST_F(Writing, states_go_from_waiting_over_the_relay_to_delivered) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  attorney.wait_until("no connection is missing",
                      [&] { return attorney.session().offlineSince().isEmpty(); });
  relay_->kill(SIGSTOP);  // it takes what is sent and answers nothing
  attorney.write("Good morning.");
  attorney.wait_until("waiting", [&] { return attorney.states() == QStringList{"Waiting"}; });
  relative.restart();  // locked: this device reads nothing now
  relay_->kill(SIGCONT);
  attorney.wait_until("on the relay",
                      [&] { return attorney.states() == QStringList{"On the relay"}; });
  relative.activate();
  relative.unlock();
  attorney.wait_until("delivered",
                      [&] { return attorney.states() == QStringList{"On their device"}; });
  relative.wait_until("it is shown",
                      [&] { return relative.messages() == QStringList{"Good morning."}; });
}

TEST_F(Writing, a_half_composed_syllable_is_committed_and_sent_once) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  attorney.activate();
  attorney.wait_until("the composer has the focus", [&] { return attorney.has_focus("composer"); });
  compose(attorney, "", QString::fromUtf8("안"));
  compose(attorney, QString::fromUtf8("녕"));
  attorney.key(Qt::Key_Return);
  EXPECT_TRUE(attorney.messages().isEmpty());  // never without its last syllable
  EXPECT_EQ(attorney.text_of("composer"), QString::fromUtf8("안"));
  compose(attorney, "", QString::fromUtf8("녕"));  // the input method does as it was asked
  const QStringList sent{QString::fromUtf8("안녕")};
  attorney.wait_until("it is shown", [&] { return attorney.messages() == sent; });
  EXPECT_EQ(attorney.text_of("composer"), "");
  attorney.key(Qt::Key_Return);  // nothing is left to send
  relative.wait_until("it arrived", [&] { return relative.messages() == sent; });
  attorney.wait_until("delivered",
                      [&] { return attorney.states() == QStringList{"On their device"}; });
  EXPECT_EQ(attorney.messages(), sent);
  EXPECT_EQ(relative.messages(), sent);
}

TEST_F(Writing, a_key_while_composing_takes_the_sending_back) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  attorney.activate();
  compose(attorney, QString::fromUtf8("녕"));
  attorney.key(Qt::Key_Return);
  attorney.key(Qt::Key_Left);
  compose(attorney, "", QString::fromUtf8("녕"));
  attorney.type("!");  // by the time this is there, whatever was put off has run
  EXPECT_EQ(attorney.text_of("composer"), QString::fromUtf8("녕!"));
  EXPECT_TRUE(attorney.messages().isEmpty());
}

TEST_F(Writing, markup_is_shown_as_it_was_typed_and_a_new_line_is_kept) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  attorney.type("<b>bold</b> <img src=x> [a](b)");
  attorney.key(Qt::Key_Return, Qt::ShiftModifier);
  attorney.type("second");
  attorney.key(Qt::Key_Return);
  const QStringList wanted{"<b>bold</b> <img src=x> [a](b)\nsecond"};
  relative.wait_until("it arrived", [&] { return relative.messages() == wanted; });
  for (Desk* desk : {&attorney, &relative}) {
    desk->wait_for("message-text");
    QQuickItem* shown = desk->find("message-text");
    ASSERT_NE(shown, nullptr);
    EXPECT_EQ(shown->property("textFormat").toInt(), int{Qt::PlainText});
    EXPECT_GT(shown->property("contentWidth").toDouble(), 150);  // as wide as its marks
  }
}

TEST_F(Writing, earlier_pages_come_when_they_are_asked_for) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  meet(attorney, relative);
  const int count = static_cast<int>(ConversationModel::kPage) + 20;
  auto& conversation = *attorney.session().conversation();
  for (int i = 0; i < count; ++i) conversation.send(QString("line %1").arg(i));
  attorney.wait_until("all are there", [&] { return conversation.rowCount() == count; });
  attorney.key(Qt::Key_L, Qt::ControlModifier);
  attorney.wait_until("the passphrase has the focus",
                      [&] { return attorney.has_focus("lock-passphrase"); });
  EXPECT_EQ(conversation.rowCount(), 0);
  attorney.type(kPassphrase);
  attorney.key(Qt::Key_Return);
  attorney.wait_until("the newest page", [&] {
    return conversation.rowCount() == static_cast<int>(ConversationModel::kPage);
  });
  EXPECT_TRUE(conversation.hasEarlier());
  attorney.wait_for("messages");
  QQuickItem* list = attorney.find("messages");
  ASSERT_NE(list, nullptr);
  attorney.wait_until("the newest is in sight", [&] { return list->property("atYEnd").toBool(); });
  attorney.wait_until("the composer has the focus", [&] { return attorney.has_focus("composer"); });
  attorney.key(Qt::Key_F6, Qt::ShiftModifier);
  attorney.wait_until("the messages have the focus",
                      [&] { return attorney.has_focus("messages"); });
  for (int i = 0; i < count && conversation.rowCount() < count; ++i) attorney.key(Qt::Key_Up);
  attorney.wait_until("everything", [&] { return conversation.rowCount() == count; });
  EXPECT_FALSE(list->property("atYEnd").toBool());
  for (int i = 0; i < conversation.rowCount(); ++i) {
    const QString text =
        conversation.data(conversation.index(i), ConversationModel::kText).toString();
    EXPECT_EQ(text.toStdString(), "line " + std::to_string(i));
  }
}

}  // namespace
}  // namespace magpie::app::test
