// SPDX-License-Identifier: GPL-3.0-or-later
// From an empty computer to the first message, as the two people do it.
#include <QImage>
#include <QTest>

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
  attorney.key(Qt::Key_F6);
  attorney.key(Qt::Key_Escape);
  attorney.click("room-Lee");
  attorney.wait_until("it arrived",
                      [&] { return attorney.messages() == QStringList{"Are you there?"}; });
  attorney.wait_until("the composer has the focus", [&] { return attorney.has_focus("composer"); });
  attorney.write("I am here.");
  relative.wait_until("the answer", [&] {
    return relative.messages() == QStringList{"Are you there?", "I am here."};
  });
  relative.wait_until("delivered", [&] { return relative.states().first() == "On their device"; });
}

}  // namespace
}  // namespace magpie::app::test
