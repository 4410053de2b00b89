// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/config.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "server/admin/admin_socket.h"
#include "server/data_dir.h"
#include "server/relay.h"
#include "server/rpc/tls_identity.h"
#include "tests/server/support/temp_dir.h"

namespace magpie::server::test {
namespace {

mode_t mode_of(const std::filesystem::path& path) {
  struct stat info {};
  EXPECT_EQ(::stat(path.c_str(), &info), 0);
  return info.st_mode & 0777;
}

TEST(Config, the_file_that_is_written_says_what_the_defaults_are) {
  const TempDir dir;
  const auto written = load_or_create_config(dir.path());
  ASSERT_TRUE(written);
  EXPECT_EQ(*written, Config{});
  EXPECT_TRUE(std::filesystem::exists(dir.path() / "relay.toml"));
  EXPECT_EQ(*load_config(dir.path()), Config{});
}

TEST(Config, the_file_that_is_written_names_every_setting) {
  const TempDir dir;
  ASSERT_TRUE(create_config(dir.path()));
  const auto text = read_file(dir.path() / "relay.toml");
  RelayStatus status;
  const auto json = to_json(status);
  auto limits = json.substr(json.find("\"limits\":{") + 10);
  for (auto at = limits.find('"'); at != std::string::npos; at = limits.find('"', at + 1)) {
    const auto end = limits.find('"', at + 1);
    EXPECT_NE(text.find("\n" + limits.substr(at + 1, end - at - 1) + " = "), std::string::npos)
        << limits.substr(at + 1, end - at - 1);
    at = end;
  }
  EXPECT_EQ(create_config(dir.path()).error().code, Errc::kExists);
}

TEST(Config, reads_what_is_set_and_names_what_is_wrong) {
  const auto config = parse_config(
      "listen = \"[::1]:99\"\nannounce_host = \"relay.example\"\nshards = 3\n"
      "[limits]\nretention_hours = 24\n");
  ASSERT_TRUE(config);
  EXPECT_EQ(config->listen, (HostPort{"::1", 99}));
  EXPECT_EQ(config->announce_host, "relay.example");
  EXPECT_EQ(config->shards, 3u);
  EXPECT_EQ(config->limits.retention_hours, 24u);
  EXPECT_EQ(config->limits.slots_per_room_max, Limits{}.slots_per_room_max);
  for (const auto* text :
       {"listen = 7", "listen = \"x\"", "metrics_listen = \"x\"", "metrics_listen = 1",
        "shards = 0", "shards = \"2\"", "limits = 1", "[limits]\nentry_bytes_max = 65537",
        "[limits]\nretention_hours = -1", "shards = ", "[limits]\nretention_hours = 1.5"}) {
    const auto refused = parse_config(text);
    ASSERT_FALSE(refused) << text;
    EXPECT_EQ(refused.error().code, Errc::kMalformed);
  }
}

TEST(Config, host_and_port_are_read_as_they_are_written) {
  for (const auto& address : {HostPort{"127.0.0.1", 0}, HostPort{"::1", 7447},
                              HostPort{"relay.example", 65535}, HostPort{"::", 1}}) {
    EXPECT_EQ(parse_host_port(format_host_port(address)), address);
  }
  for (const auto* text : {"", ":", "host", ":80", "host:", "host:65536", "host:-1", "::1:80",
                           "[]:80", "host:8 0", "ho st:80", "host:80x", "a/b:80", "a#b:80"}) {
    EXPECT_FALSE(parse_host_port(text)) << text;
  }
}

TEST(DataDir, belongs_to_one_at_a_time) {
  const TempDir dir;
  const auto path = dir.path() / "relay";
  {
    const auto first = DataDir::lock(path);
    ASSERT_TRUE(first);
    const auto second = DataDir::lock(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::kInUse);
  }
  EXPECT_TRUE(DataDir::lock(path));
}

TEST(TlsIdentity, is_made_once_and_for_its_owner_alone) {
  const TempDir dir;
  EXPECT_EQ(load_identity(dir.path()).error().code, Errc::kNotFound);
  const auto made = load_or_create_identity(dir.path());
  ASSERT_TRUE(made);
  EXPECT_EQ(mode_of(dir.path() / "relay.key"), 0600u);
  const auto again = load_or_create_identity(dir.path());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->identity, made->identity);
  EXPECT_EQ(again->key_pem, made->key_pem);
  const TempDir other;
  EXPECT_NE(load_or_create_identity(other.path())->identity, made->identity);
}

TEST(TlsIdentity, a_key_is_never_replaced_quietly) {
  const TempDir dir;
  const TempDir other;
  ASSERT_TRUE(load_or_create_identity(dir.path()));
  ASSERT_TRUE(load_or_create_identity(other.path()));
  std::filesystem::copy_file(other.path() / "relay.crt", dir.path() / "relay.crt",
                             std::filesystem::copy_options::overwrite_existing);
  EXPECT_EQ(load_or_create_identity(dir.path()).error().code, Errc::kDamaged);
  std::filesystem::remove(dir.path() / "relay.crt");
  EXPECT_EQ(load_or_create_identity(dir.path()).error().code, Errc::kDamaged);
  ASSERT_TRUE(write_private_file(dir.path() / "relay.crt", "no certificate"));
  EXPECT_EQ(load_or_create_identity(dir.path()).error().code, Errc::kDamaged);
}

TEST(AdminSocket, tells_the_status_to_its_owner) {
  const TempDir dir;
  // Longer than a socket's own path may be.
  const auto path = dir.path() / std::string(120, 'd');
  ASSERT_TRUE(std::filesystem::create_directory(path));
  EXPECT_EQ(running_status(path).error().code, Errc::kNotFound);
  RelayStatus status;
  status.health = "ok";
  status.address = "host:1#pin";
  status.sessions = 3;
  status.counts = {1, 2, 3, 4};
  status.limits.retention_hours = 5;
  status.activity.refused_stale = 6;
  {
    const auto socket =
        AdminSocket::open(path, [&](std::string_view request) -> Result<std::string> {
          if (request != "status") return fail(Errc::kUsage, "test");
          return to_json(status);
        });
    ASSERT_TRUE(socket);
    EXPECT_EQ(mode_of(path / "admin.sock"), 0600u);
    for (int i = 0; i < 3; ++i) {
      const auto told = running_status(path);
      ASSERT_TRUE(told);
      EXPECT_EQ(to_json(*told), to_json(status));
    }
    EXPECT_EQ(ask_relay(path, "something else").error().code, Errc::kUsage);
  }
  EXPECT_EQ(running_status(path).error().code, Errc::kNotFound);
}

TEST(Status, is_one_json_object) {
  RelayStatus status;
  status.health = "ok";
  status.address = "a\"\\\n";
  EXPECT_TRUE(to_json(status).starts_with(
      R"({"health":"ok","policy":"invited","address":"a\"\\\n","sessions":0,"rooms":0,)"));
  EXPECT_TRUE(to_json(status).ends_with(R"("streams_max":50000}})"));
  EXPECT_EQ(to_json(*from_json(to_json(status))), to_json(status));
  const std::string texts = R"("health":"ok","policy":"open","address":"a")";
  EXPECT_TRUE(from_json("{" + texts + R"(,"limits":{},"not":"known"})"));
  for (const auto& text : {std::string(), std::string("{"), std::string("[]"), std::string("{}"),
                           "{" + texts + "}", "{" + texts + R"(,"limits":{},"rooms":"many"})",
                           "{" + texts + R"(,"limits":{},"rooms":-1})",
                           "{" + texts + R"(,"limits":{"streams_max":99999999999999999999}})"}) {
    EXPECT_FALSE(from_json(text)) << text;
  }
}

}  // namespace
}  // namespace magpie::server::test
