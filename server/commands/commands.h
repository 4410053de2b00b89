// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>

#include "crypto/base/result.h"

/// What `magpie-relay` does, a function for each command; each answers with the exit status.
namespace magpie::server::commands {

enum Exit : int { kDone = 0, kFailed = 1, kWrongUsage = 2 };

/// Tells stderr one sentence: what happened, what is safe, what to do.
void complain(const std::string& sentence);
/// The same for an error over this data directory; kFailed.
int failed(const Error& error);

struct ServeArguments {
  std::string directory;
  std::string listen;
  bool open = false;
};
int serve(const ServeArguments& arguments);
int init(const std::string& directory);
int address(const std::string& directory);
int status(const std::string& directory, bool json);
struct InviteArguments {
  std::uint32_t rooms = 10;
  std::uint32_t uses = 1;
};
int invite(const std::string& directory, const InviteArguments& arguments);
int check(const std::string& directory);
int backup(const std::string& directory, const std::string& to);
int restore(const std::string& from, const std::string& directory);
int move(const std::string& directory, const std::string& to);

}  // namespace magpie::server::commands
