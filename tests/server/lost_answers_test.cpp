// SPDX-License-Identifier: GPL-3.0-or-later
// Answers that never arrive: whoever asks again with the same ids finds each entry in the log once,
// where its answer says, in the order in which it was written.
#include <cstdio>
#include <cstdlib>
#include <deque>

#include "server/relay.h"
#include "server/rpc/tls_identity.h"
#include "tests/server/support/raw_client.h"
#include "tests/server/support/stores.h"

namespace magpie::server::test {
namespace {

/// How many answers are lost; `./dev drill answers COUNT` asks for more.
std::size_t answers_to_lose() {
  const char* const text = std::getenv("MAGPIE_DRILL_ANSWERS");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 1500;
}

/// Writes to a room of its own over one broken stream after another.
class Persistent {
 public:
  static constexpr std::size_t kInFlight = 16;
  static constexpr std::size_t kEntries = 1500;

  Persistent(const Relay& relay, std::string certificate, std::uint64_t seed)
      : relay_(relay), certificate_(std::move(certificate)), random_(seed) {}

  /// Until `count` answers are lost or the room is full; gives how many were.
  std::size_t lose(std::size_t count) {
    open();
    auto create = create_frame(random_, key_);
    // Who reads at the end; until then nothing is deleted.
    auto& reader = *create.mutable_create_room()->add_slots();
    reader.set_key(text_of(reader_key_.public_key()));
    reader.set_rights(kAllRights);
    room_ = create.create_room().room();
    EXPECT_TRUE(stream_->ask(create).has_created());
    std::size_t lost = 0;
    while (lost < count && written_.size() < kEntries && !testing::Test::HasFailure()) {
      attach();
      write_all();
      for (std::size_t i = random_.below(kInFlight); i > 0; --i) take_answer();
      lost += waiting_.size();
      break_off();
    }
    attach();
    write_all();
    while (!waiting_.empty() && !testing::Test::HasFailure()) take_answer();
    return lost;
  }

  void check() {
    RawStream reader(*client_);
    EXPECT_TRUE(reader.ask(reader.attach_frame(room_, reader_key_, 1)).has_attached());
    const auto entries = reader.catch_up();
    ASSERT_EQ(entries.size(), written_.size());
    for (std::size_t i = 0; i < entries.size(); ++i) {
      EXPECT_EQ(entries[i].entry_id(), written_[i]);
      EXPECT_EQ(entries[i].sequence(), i + 2);
    }
  }

 private:
  void open() {
    // Mostly the stream alone breaks, now and then the connection.
    if (client_ == nullptr || random_.below(16) == 0) {
      client_ = std::make_unique<RawClient>(relay_.address(), certificate_);
    }
    stream_ = std::make_unique<RawStream>(*client_);
  }
  void attach() {
    const Sequence known = written_.size() - waiting_.size() + 1;
    const auto attached = stream_->ask(stream_->attach_frame(room_, key_, known));
    EXPECT_TRUE(attached.has_attached());
  }
  void write_all() {
    while (waiting_.size() < kInFlight) {
      waiting_.push_back(append_frame(random_, room_, 1, "entry"));
      written_.push_back(waiting_.back().append().entry_id());
    }
    for (auto& frame : waiting_) {
      frame.set_correlation(++correlation_);
      stream_->write(frame);
    }
  }
  /// Answers come in the order of the questions.
  void take_answer() {
    while (const auto got = stream_->read()) {
      if (!got->has_answer()) continue;
      ASSERT_FALSE(waiting_.empty());
      EXPECT_EQ(got->answer().correlation(), waiting_.front().correlation());
      EXPECT_EQ(got->answer().appended().sequence(), written_.size() - waiting_.size() + 2);
      waiting_.pop_front();
      return;
    }
    ADD_FAILURE() << "the stream ended without an answer";
  }
  void break_off() {
    stream_->cancel();
    open();
  }

  const Relay& relay_;
  const std::string certificate_;
  magpie::test::SeededRandom random_;
  crypto::SignKeyPair key_ = crypto::SignKeyPair::generate(random_);
  crypto::SignKeyPair reader_key_ = crypto::SignKeyPair::generate(random_);
  std::unique_ptr<RawClient> client_;
  std::unique_ptr<RawStream> stream_;
  std::string room_;
  std::vector<std::string> written_;     ///< ids, in order
  std::deque<v1::ClientFrame> waiting_;  ///< not answered as far as this side knows
  std::uint64_t correlation_ = 1'000'000;
};

TEST(LostAnswers, who_asks_again_has_each_entry_once_and_in_order) {
  require_tls13();
  const TempDir folder;
  auto relay =
      Relay::start({.directory = folder.path(), .listen = HostPort{"127.0.0.1", 0}, .open = true});
  ASSERT_TRUE(relay) << relay.error().site;
  const auto certificate = read_file(folder.path() / "relay.crt");
  std::size_t lost = 0;
  for (std::uint64_t seed = 1; lost < answers_to_lose() && !testing::Test::HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    Persistent person(**relay, certificate, seed);
    lost += person.lose(answers_to_lose() - lost);
    person.check();
  }
  std::printf("answers: %zu lost, each entry there once and in order\n", lost);
}

}  // namespace
}  // namespace magpie::server::test
