// SPDX-License-Identifier: GPL-3.0-or-later
// What a person is told of a room that is not well, in every language, wide and small.
#include "client/core/vault/records.h"
#include "client/core/vault/vault.h"
#include "tests/app/support/layout.h"

namespace magpie::app::test {
namespace {

using client::StoredRoom;

constexpr std::array kLanguages = {"en", "ko", "zh_CN"};

struct Told {
  const char* state;
  std::function<client::Changes(StoredRoom)> make;
  std::array<const char*, kLanguages.size()> banner;  ///< its first words
  std::array<const char*, kLanguages.size()> note;    ///< in the list of rooms
};

client::Changes changed(StoredRoom stored, const std::function<void(client::RoomRecord&)>& change) {
  change(stored.room);
  client::Changes changes;
  changes.emplace_back(std::move(stored.room));
  return changes;
}

/// As it was before the relay had this guest's Welcome.
client::Changes not_in_yet(StoredRoom stored) {
  client::PendingControlRecord welcome{stored.room.room,
                                       client::EntryId{},
                                       Buffer(1024),
                                       std::move(*stored.group->epoch),
                                       std::move(stored.group->tree),
                                       std::move(stored.group->ratchets)};
  stored.room.closed = false;  // as the states before left it
  stored.room.doubt_fork = false;
  stored.room.hash_anchored = true;
  stored.room.next_slot_seed = stored.room.slot_seed.clone();
  client::Changes changes;
  changes.emplace_back(client::DropRoom{stored.room.room});
  changes.emplace_back(std::move(stored.room));
  changes.emplace_back(std::move(welcome));
  return changes;
}

std::vector<Told> all_states() {
  return {{"gap",
           [](StoredRoom room) {
             return changed(std::move(room), [](auto& record) { record.hash_anchored = false; });
           },
           {"Messages from Kim haven't arrived.", "Kim 님의 메시지 일부가 도착하지 않았습니다.",
            "Kim 的部分消息没有送到。"},
           {"Gap", "누락", "缺失"}},
          {"fork",
           [](StoredRoom room) {
             return changed(std::move(room), [](auto& record) { record.doubt_fork = true; });
           },
           {"Kim and you see different histories.", "Kim 님과 서로 다른 기록을 보고 있습니다.",
            "Kim 与您看到的记录不一致。"},
           {"Histories differ", "기록 불일치", "记录不一致"}},
          {"closed",
           [](StoredRoom room) {
             return changed(std::move(room), [](auto& record) { record.closed = true; });
           },
           {"This room has ended.", "이 대화방은 종료되었습니다.", "此房间已结束。"},
           {"Ended", "종료됨", "已结束"}},
          {"waiting",
           not_in_yet,
           {"You aren't in this conversation yet:", "아직 이 대화에 들어가지 못했습니다.",
            "您还没有进入此对话："},
           {"Not in yet", "입장 대기 중", "等待进入"}}};
}

class Banners : public DeskTest {
 protected:
  /// Changes the only room of a profile that nobody has open.
  void change_room(const std::string& name, const Told& told) {
    auto vault = client::Vault::open(profile(name),
                                     Secret::copy_of(as_bytes(std::string_view(kPassphrase))));
    ASSERT_TRUE(vault.has_value());
    auto rooms = (*vault)->rooms();
    ASSERT_TRUE(rooms.has_value() && rooms->size() == 1);
    ASSERT_TRUE((*vault)->apply(told.make(std::move(rooms->front()))).has_value());
  }
};

void open_room(Desk& desk) {
  desk.unlock();
  desk.wait_for("banner-state");
  // The list beside it is laid out a moment later.
  desk.wait_until("the room's note is shown", [&] {
    const auto* note = desk.find("note-Kim");
    return note != nullptr && note->width() > 0 && !desk.text_of("note-Kim").isEmpty();
  });
}

void check_words(Desk& desk, const Told& told) {
  for (std::size_t i = 0; i < kLanguages.size(); ++i) {
    desk.preferences().setLanguage(kLanguages.at(i));
    const QString banner = desk.text_of("banner-state");
    EXPECT_TRUE(banner.startsWith(QString::fromUtf8(told.banner.at(i)))) << qPrintable(banner);
    EXPECT_EQ(desk.text_of("note-Kim").toStdString(), told.note.at(i));
    check_layout(desk, QString("%1-banner-%2").arg(kLanguages.at(i), told.state));
    desk.preferences().setTheme("dark");
    desk.preferences().setTextScale(2.0);
    resize(desk, 480, 720);
    check_layout(desk, QString("%1-banner-%2-small").arg(kLanguages.at(i), told.state));
    desk.preferences().setTextScale(1.0);
    desk.preferences().setTheme("light");
    resize(desk, 1000, 720);
  }
}

// The relay is gone by then: what the vault says of the room stands.
TEST_F(Banners, say_what_is_wrong_in_every_language) {
  {
    Desk attorney(profile("attorney"));
    Desk relative(profile("relative"));
    meet(attorney, relative);
  }
  relay_->stop(SIGKILL);
  for (const Told& told : all_states()) {
    SCOPED_TRACE(told.state);
    change_room("relative", told);
    Desk relative(profile("relative"));
    open_room(relative);
    check_words(relative, told);
    relative.preferences().setLanguage("en");
  }
}

}  // namespace
}  // namespace magpie::app::test
