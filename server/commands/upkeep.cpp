// SPDX-License-Identifier: GPL-3.0-or-later
// Commands over a data directory, whether its relay runs or not.
#include <cstdio>

#include "server/admin/backup.h"
#include "server/admin/status.h"
#include "server/commands/commands.h"
#include "server/config.h"
#include "server/data_dir.h"
#include "server/relay.h"
#include "server/store/postgres_store.h"
#include "server/store/verify.h"

namespace magpie::server::commands {

namespace {

int done(const Result<void>& result) { return result ? kDone : failed(result.error()); }

Result<void> verify_directory(const std::string& directory) {
  MAGPIE_TRY(const auto config, load_config(directory));
  if (!config.postgresql.empty()) {
    // Beside the relays that use it.
    MAGPIE_TRY(const auto store,
               PostgresStore::open(config.postgresql, PostgresStore::Mode::kSnapshot));
    return verify(static_cast<Store&>(*store));
  }
  if (!std::filesystem::exists(rooms_path(directory))) {
    return fail(Errc::kNotFound, "check: no store");
  }
  MAGPIE_TRY(const auto locked, DataDir::lock(directory));
  MAGPIE_TRY_VOID(address_of(directory));
  MAGPIE_TRY(const auto store,
             RocksdbStore::open(rooms_path(directory), RocksdbStore::Mode::kReadOnly));
  return verify(*store);
}

Result<void> make_directory(const std::string& directory) {
  MAGPIE_TRY(const auto locked, DataDir::lock(directory));
  return create_config(directory);
}

}  // namespace

int init(const std::string& directory) {
  const auto made = make_directory(directory);
  if (!made && made.error().code == Errc::kExists) {
    complain("There is a relay.toml in this directory already; it was left as it is.");
    return kFailed;
  }
  if (made) std::printf("%s\n", (std::filesystem::path(directory) / "relay.toml").c_str());
  return done(made);
}

int address(const std::string& directory) {
  const auto text = address_of(directory);
  if (!text) return failed(text.error());
  std::printf("%s\n", text->c_str());
  return kDone;
}

int status(const std::string& directory, bool json) {
  auto status = running_status(directory);
  if (!status && status.error().code == Errc::kNotFound) status = stopped_status(directory);
  if (!status) return failed(status.error());
  std::fputs(json ? (to_json(*status) + "\n").c_str() : to_text(*status).c_str(), stdout);
  return status->health == "failed" ? kFailed : kDone;
}

int invite(const std::string& directory, const InviteArguments& arguments) {
  const auto code = server::invite(directory, arguments.rooms, arguments.uses);
  if (!code) return failed(code.error());
  std::printf("%s\n", code->c_str());
  return kDone;
}

int check(const std::string& directory) { return done(verify_directory(directory)); }

int backup(const std::string& directory, const std::string& to) {
  return done(server::backup(directory, to));
}

int move(const std::string& directory, const std::string& to) {
  return done(server::move(directory, to));
}

int restore(const std::string& from, const std::string& directory) {
  return done(server::restore(from, directory));
}

}  // namespace magpie::server::commands
