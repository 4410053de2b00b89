// SPDX-License-Identifier: GPL-3.0-or-later
// From an empty computer to the first message, as the two people do it.
#include <QImage>

#include "client/app/drawing/qr_code.h"
#include "tests/app/support/desk.h"

namespace magpie::app::test {
namespace {

class FirstRun : public DeskTest {};

TEST_F(FirstRun, two_people_meet_by_keyboard_alone_and_write) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  attorney.start_without_link("Kim", address_);
  const QString link = attorney.introduce("Lee");
  ASSERT_TRUE(link.startsWith("magpie://")) << link.toStdString();
  relative.join(link, "Sister");
  EXPECT_EQ(relative.text_of("room-title"), "Kim");
  EXPECT_EQ(relative.text_of("room-badge"), "Verified by introduction");
  relative.write("Are you there?");
  relative.wait_until("delivered", [&] {
    return relative.states() == QStringList{"On the relay"} ||
           relative.states() == QStringList{"On their device"};
  });

  attorney.wait_for("room-Lee");
  attorney.key(Qt::Key_F6);  // from the introduction back to the list
  attorney.wait_until("the list has the focus", [&] { return attorney.has_focus("room-list"); });
  attorney.key(Qt::Key_Return);
  attorney.wait_until("it arrived",
                      [&] { return attorney.messages() == QStringList{"Are you there?"}; });
  attorney.wait_until("the composer has the focus", [&] { return attorney.has_focus("composer"); });
  attorney.write("I am here.");
  relative.wait_until("the answer", [&] {
    return relative.messages() == QStringList{"Are you there?", "I am here."};
  });
  relative.wait_until("delivered", [&] { return relative.states().first() == "On their device"; });
}

TEST_F(FirstRun, a_pin_is_asked_for_and_a_wrong_one_opens_nothing) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  attorney.start_without_link("Kim", address_);
  const QString link = attorney.introduce("Lee", "4711");
  relative.activate();
  relative.paste("see here: <" + link + ">");
  relative.key(Qt::Key_Return);
  relative.wait_until("the PIN has the focus", [&] { return relative.has_focus("first-run-pin"); });
  relative.type("0000");
  relative.key(Qt::Key_Return);
  relative.wait_for("first-run-problem");
  EXPECT_TRUE(relative.text_of("first-run-problem").startsWith("The introduction didn't open"));
  relative.key(Qt::Key_A, Qt::ControlModifier);
  relative.type("4711");
  relative.key(Qt::Key_Return);
  relative.wait_until("the name has the focus", [&] { return relative.has_focus("name"); });
  EXPECT_FALSE(std::filesystem::exists(profile("relative")));  // nothing before a passphrase
}

TEST_F(FirstRun, what_is_no_introduction_is_said_and_the_used_one_too) {
  Desk attorney(profile("attorney"));
  Desk relative(profile("relative"));
  Desk stranger(profile("stranger"));
  attorney.start_without_link("Kim", address_);
  const QString link = attorney.introduce("Lee");
  stranger.paste("magpie://nonsense");
  stranger.key(Qt::Key_Return);
  stranger.wait_for("first-run-problem");
  EXPECT_EQ(stranger.text_of("first-run-problem"),
            "That isn't a complete introduction. Nothing was sent. Copy the whole link again, or "
            "open the picture.");
  relative.activate();
  relative.join(link, "Sister");
  stranger.key(Qt::Key_A, Qt::ControlModifier);
  stranger.paste(link);
  EXPECT_EQ(stranger.find("first-run-problem"), nullptr);
  stranger.key(Qt::Key_Return);
  stranger.wait_for("first-run-problem");
  EXPECT_TRUE(
      stranger.text_of("first-run-problem").startsWith("This introduction was already used."));
}

TEST_F(FirstRun, a_short_or_mistyped_passphrase_goes_no_further) {
  Desk desk(profile("new"));
  desk.click("first-run-without");
  desk.wait_until("the name has the focus", [&] { return desk.has_focus("name"); });
  desk.type("Kim");
  desk.click("passphrase");
  desk.type("short");
  desk.click("start-writing");
  desk.wait_for("start-problem");
  EXPECT_EQ(desk.text_of("start-problem"), "The passphrase needs 10 characters or more.");
  desk.click("passphrase");
  desk.type(" and longer");
  desk.click("start-writing");
  EXPECT_EQ(desk.text_of("start-problem"), "The two passphrases are not the same.");
  EXPECT_FALSE(std::filesystem::exists(profile("new")));
  desk.click("show-passphrase");
  EXPECT_EQ(desk.find("passphrase-again"), nullptr);
  desk.click("start-writing");
  desk.wait_for("new-introduction");
}

TEST_F(FirstRun, six_words_are_suggested_shown_and_open_the_vault_that_they_made) {
  QString words;
  {
    Desk desk(profile("new"));
    desk.click("first-run-without");
    desk.wait_until("the name has the focus", [&] { return desk.has_focus("name"); });
    desk.type("Kim");
    desk.click("suggest-passphrase");
    const QString first = desk.text_of("passphrase");
    desk.click("suggest-passphrase");
    words = desk.text_of("passphrase");
    EXPECT_NE(words, first);
    EXPECT_EQ(words.split(' ').size(), 6);
    EXPECT_EQ(Session::strengthOf(words), 3);
    EXPECT_EQ(desk.find("passphrase-again"), nullptr);  // what is shown need not be typed again
    desk.click("start-writing");
    desk.wait_for("new-introduction");
  }
  Desk desk(profile("new"));
  desk.wait_until("the passphrase has the focus",
                  [&] { return desk.has_focus("lock-passphrase"); });
  desk.type(words);
  desk.key(Qt::Key_Return);
  desk.wait_for("new-introduction");
}

TEST_F(FirstRun, the_picture_of_an_introduction_reads_as_its_link) {
  const QString link = "magpie://relay.example:4433/#AbCdEf0123456789";
  const QImage modules = qr_image(link);
  EXPECT_EQ(read_qr(modules.scaled(modules.size() * 4)), link);
  EXPECT_EQ(read_qr(QImage(200, 200, QImage::Format_RGB32)), std::nullopt);
  EXPECT_TRUE(qr_image(QString(4000, 'x')).isNull());

  const QString file = QString::fromStdString((folder_.path() / "code.png").string());
  ASSERT_TRUE(modules.scaled(modules.size() * 4).save(file));
  Desk desk(profile("new"));
  desk.session().readPicture(QUrl::fromLocalFile(file));
  desk.wait_until("the link", [&] { return desk.text_of("first-run-link") == link; });
}

}  // namespace
}  // namespace magpie::app::test
