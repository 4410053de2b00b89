// SPDX-License-Identifier: GPL-3.0-or-later
// Two people and a relay, all as real processes: what they see when all goes well.
#define ZX_USE_UTF8  // text() as std::string
#include <ZXing/ReadBarcode.h>
#include <png.h>

#include "tests/cli/support/cli_test.h"

namespace magpie::cli::test {
namespace {

/// What a camera would read.
std::string read_qr_picture(const fs::path& file) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  if (png_image_begin_read_from_file(&image, file.c_str()) == 0) return {};
  image.format = PNG_FORMAT_GRAY;
  std::vector<std::uint8_t> pixels(PNG_IMAGE_SIZE(image));
  if (png_image_finish_read(&image, nullptr, pixels.data(), 0, nullptr) == 0) return {};
  const ZXing::ImageView view(pixels.data(), static_cast<int>(image.width),
                              static_cast<int>(image.height), ZXing::ImageFormat::Lum);
  return ZXing::ReadBarcode(view).text();
}

TEST_F(CliTest, first_contact_while_the_inviter_is_away) {
  const auto created = anna_.done({"create", "--name", anna_.name(), "--relay", address_}).json();
  EXPECT_EQ(keys(created), (Lines{"fingerprint", "name", "profile"}));
  EXPECT_EQ(created["name"], anna_.name());
  EXPECT_EQ(created["profile"], anna_.profile().string());
  const auto picture = dir_.path() / "link.png";
  const auto introduced =
      anna_.done({"introduce", "--pin", "4711", "--greeting", "Hello", "--qr", picture.string()})
          .json();
  EXPECT_EQ(keys(introduced), (Lines{"link", "room"}));
  const std::string link = introduced["link"];
  EXPECT_EQ(read_qr_picture(picture), link);

  EXPECT_EQ(ben_.run({"join", link, "--name", ben_.name(), "--pin", "4712"}).status, 5);
  EXPECT_FALSE(fs::exists(ben_.profile()));
  const auto joined = ben_.done({"join", link, "--name", ben_.name(), "--pin", "4711"}).json();
  EXPECT_EQ(keys(joined), (Lines{"fingerprint", "inviter", "room"}));
  EXPECT_EQ(joined["inviter"], anna_.name());
  EXPECT_EQ(joined["fingerprint"], created["fingerprint"]);
  EXPECT_EQ(joined["room"], introduced["room"]);
  const std::string room = joined["room"];
  const auto sent = ben_.done({"send", room.substr(0, 10), "rooms"}).json();  // a command's name
  EXPECT_EQ(keys(sent), (Lines{"id", "state"}));
  EXPECT_EQ(sent["state"], "relay");

  const auto first = anna_.done({"sync"});
  ASSERT_EQ(events(first, "introduction-used").size(), 1U);
  const auto messages = events(first, "message");
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0]["room"], room);
  EXPECT_EQ(messages[0]["id"], sent["id"]);
  EXPECT_EQ(messages[0]["from"], ben_.name());
  EXPECT_EQ(messages[0]["text"], "rooms");
  EXPECT_TRUE(events(anna_.done({"sync"}), "message").empty());  // each once

  // What a send fetched in passing is shown by the next sync.
  anna_.done({"send", room, "--stdin"}, "안녕하세요\n");
  ben_.done({"send", room, "second"});
  const auto later = ben_.done({"sync"});
  ASSERT_EQ(events(later, "message").size(), 1U);
  EXPECT_EQ(events(later, "message")[0]["text"], "안녕하세요");
  const auto last = anna_.done({"sync"});
  EXPECT_EQ(events(last, "message")[0]["text"], "second");
  EXPECT_EQ(events(last, "delivered").size(), 1U);

  EXPECT_EQ(anna_.texts(room), (Lines{"rooms", "안녕하세요", "second"}));
  EXPECT_EQ(ben_.texts(room), anna_.texts(room));
}

TEST_F(CliTest, rooms_and_history_say_what_is_there) {
  ASSERT_NO_FATAL_FAILURE(meet());
  const auto before = anna_.done({"rooms"}).json();
  EXPECT_EQ(before["kind"], "introduction");
  EXPECT_EQ(before["state"], "waiting");
  ben_.done({"send", room_, "one"});
  ben_.done({"send", room_, "two", "--no-wait"});
  ben_.done({"sync"});
  anna_.done({"sync"});
  ben_.done({"sync"});

  const auto rooms = anna_.done({"rooms"});
  ASSERT_EQ(rooms.out.size(), 1U);
  const auto room = rooms.json();
  EXPECT_EQ(keys(room), (Lines{"kind", "members", "room", "state", "title", "unread"}));
  EXPECT_EQ(room["room"], room_);
  EXPECT_EQ(room["title"], ben_.name());
  EXPECT_EQ(room["kind"], "pair");
  EXPECT_EQ(room["state"], "ok");
  ASSERT_EQ(room["members"].size(), 2U);
  EXPECT_EQ(keys(room["members"][1]), (Lines{"fingerprint", "name", "role", "self", "verified"}));
  EXPECT_EQ(room["members"][0]["self"], true);
  EXPECT_EQ(room["members"][0]["role"], "manager");
  EXPECT_EQ(room["members"][1]["name"], ben_.name());
  EXPECT_EQ(room["members"][1]["role"], "member");
  EXPECT_EQ(room["members"][1]["verified"], true);

  const auto history = ben_.done({"history", room_});
  ASSERT_EQ(history.out.size(), 2U);
  const auto message = history.json(1);
  EXPECT_EQ(keys(message), (Lines{"at", "from", "id", "kind", "self", "state", "text"}));
  EXPECT_EQ(message["text"], "two");
  EXPECT_EQ(message["self"], true);
  EXPECT_EQ(message["state"], "delivered");
  EXPECT_EQ(message["from"], ben_.name());
  const std::string at = message["at"];
  EXPECT_EQ(at.size(), 24U);
  EXPECT_TRUE(at.ends_with('Z'));
  const auto last = anna_.done({"history", room_, "--last", "1"});
  ASSERT_EQ(last.out.size(), 1U);
  EXPECT_EQ(last.json()["state"], "received");
  EXPECT_EQ(last.json()["id"], message["id"]);
}

TEST_F(CliTest, safety_numbers_are_equal_and_verify_marks_them) {
  ASSERT_NO_FATAL_FAILURE(meet());
  anna_.done({"sync"});
  const auto of_anna = anna_.done({"safety-number", room_, ben_.name()}).json();
  const auto of_ben = ben_.done({"safety-number", room_}).json();
  EXPECT_EQ(of_anna["safety_number"], of_ben["safety_number"]);
  const std::string number = of_ben["safety_number"];
  ASSERT_EQ(number.size(), 71U);  // twelve groups of five, and the spaces between
  EXPECT_EQ(number.find_first_not_of("0123456789 "), std::string::npos);

  const std::string fingerprint = of_ben["fingerprint"];
  EXPECT_EQ(ben_.run({"verify", room_, "Nobody"}).status, 1);
  const auto verified = ben_.done({"verify", room_, fingerprint.substr(0, 12)}).json();
  EXPECT_EQ(verified["fingerprint"], fingerprint);
  EXPECT_EQ(verified["verified"], true);
  const auto text = Person("Ben", ben_.profile()).start({"rooms"})->read_lines();
  EXPECT_EQ(Json::parse(text.at(0))["members"][1]["verified"], true);
}

TEST_F(CliTest, following_shows_what_comes_until_told_to_stop) {
  ASSERT_NO_FATAL_FAILURE(meet());
  const auto following = anna_.start({"sync", "--follow"});
  EXPECT_EQ(Json::parse(following->read_line())["event"], "introduction-used");
  ben_.done({"send", room_, "one"});
  const auto message = Json::parse(following->read_line());
  EXPECT_EQ(message["event"], "message");
  EXPECT_EQ(message["text"], "one");
  EXPECT_EQ(keys(message), (Lines{"at", "event", "fingerprint", "from", "id", "room", "text"}));

  // One profile, one process.
  const auto second = anna_.run({"rooms"});
  EXPECT_EQ(second.status, 1);
  EXPECT_EQ(second.err,
            "Another program uses this profile. It goes on undisturbed, and nothing was changed. "
            "Close it first, or name another with --profile.\n");
  EXPECT_EQ(following->stop(SIGTERM), 0);
  EXPECT_TRUE(following->read_lines().empty());
  EXPECT_EQ(anna_.texts(room_), Lines{"one"});
}

}  // namespace
}  // namespace magpie::cli::test
