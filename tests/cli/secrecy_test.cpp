// SPDX-License-Identifier: GPL-3.0-or-later
// What is on the disks after a conversation: nothing that names or quotes anybody.
#include "client/core/vault/vault.h"
#include "crypto/primitives/sign.h"
#include "tests/cli/support/cli_test.h"
#include "tests/support/needles.h"

namespace magpie::cli::test {
namespace {

constexpr auto kCanary = "a canary that sings in the mine";
constexpr auto kGreeting = "a greeting that nobody else reads";

/// Whether a file under `folder` holds the bytes, in any form.
bool holds(const fs::path& folder, Bytes bytes) {
  magpie::test::Needles needles;
  needles.add("it", bytes);
  return !needles.in_files(folder).empty();
}
bool holds(const fs::path& folder, std::string_view text) { return holds(folder, as_bytes(text)); }

class SecrecyTest : public CliTest {
 protected:
  /// The seed of a person's root key, from their vault.
  static Secret root_seed(const Person& person) {
    const auto vault =
        client::Vault::open(person.profile(), Secret::copy_of(as_bytes(kPassphrase)));
    EXPECT_TRUE(vault);
    return std::move((*vault)->profile()->value().root_seed);
  }
};

TEST_F(SecrecyTest, the_search_finds_what_is_there) {
  const auto folder = dir_.path() / "control";
  for (const auto& form : magpie::test::forms(as_bytes(kCanary))) {
    fs::create_directories(folder / "deep");
    std::ofstream(folder / "deep" / "file", std::ios::binary) << "around " << form << " it";
    EXPECT_TRUE(holds(folder, kCanary)) << form;
    fs::remove_all(folder);
  }
}

TEST_F(SecrecyTest, disks_hold_no_text_no_name_and_no_root_key) {
  anna_.done({"create", "--name", anna_.name(), "--relay", address_});
  link_ = anna_.done({"introduce", "--greeting", kGreeting}).json()["link"];
  const auto joined = ben_.done({"join", link_, "--name", ben_.name()}).json();
  room_ = joined["room"];
  ben_.done({"send", room_, kCanary});
  // As the relay stores it, before anybody has read it; while it runs, and once it has stopped.
  const auto room = from_hex(room_);
  ASSERT_TRUE(room);
  EXPECT_TRUE(holds(relay_folder(), *room));  // the search would see it
  const auto check_relay = [&] {
    for (const Person* person : {&anna_, &ben_}) {
      EXPECT_FALSE(holds(relay_folder(), person->name()));
      const Secret seed = root_seed(*person);
      const auto root = crypto::SignKeyPair::from_seed(seed.expose());
      ASSERT_TRUE(root);
      EXPECT_FALSE(holds(relay_folder(), root->public_key().bytes()));
      EXPECT_FALSE(holds(relay_folder(), seed.expose()));
    }
    for (const auto* text : {kCanary, kGreeting}) EXPECT_FALSE(holds(relay_folder(), text));
    EXPECT_FALSE(holds(relay_folder(), *from_hex(joined["fingerprint"].get<std::string>())));
  };
  check_relay();
  anna_.done({"sync"});
  EXPECT_EQ(anna_.texts(room_), Lines{kCanary});
  EXPECT_EQ(relay_->stop(SIGTERM), 0);
  check_relay();

  for (const Person* person : {&anna_, &ben_}) {
    EXPECT_TRUE(fs::exists(person->profile() / "vault" / "db"));
    for (const Person* named : {&anna_, &ben_}) {
      EXPECT_FALSE(holds(person->profile(), named->name()));
    }
    for (const auto* text : {kCanary, kGreeting, kPassphrase}) {
      EXPECT_FALSE(holds(person->profile(), text));
    }
    EXPECT_FALSE(holds(person->profile(), root_seed(*person).expose()));
    EXPECT_FALSE(holds(person->profile(), *room));
  }
}

}  // namespace
}  // namespace magpie::cli::test
