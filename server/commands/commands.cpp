// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/commands/commands.h"

#include <cstdio>

namespace magpie::server::commands {

namespace {

std::string sentence_for(const Error& error) {
  const std::string site(error.site);
  if (constexpr std::string_view kPostgres = "postgresql: "; site.starts_with(kPostgres)) {
    return "The rooms are in PostgreSQL: " + site.substr(kPostgres.size()) +
           "; nothing was changed.";
  }
  switch (error.code) {
    case Errc::kInUse:
      if (site.starts_with("grpc")) {
        return "Cannot listen there: the port is taken or the host is not one of this machine; "
               "nothing was changed; choose another with --listen.";
      }
      if (site.starts_with("metrics")) {
        return "Cannot listen for metrics: the port is taken; nothing was changed; choose another "
               "with metrics_listen.";
      }
      return "Another relay uses this data directory; it goes on undisturbed; stop it first.";
    case Errc::kMalformed:
      return "The configuration file relay.toml is not valid at: " + site +
             "; nothing was changed; correct it and start again.";
    case Errc::kDamaged:
      return "The data directory is damaged (" + site +
             "); nothing was changed; restore it from a backup.";
    case Errc::kUnsupported:
      return "The data directory was made by another version; nothing was changed; use that one.";
    case Errc::kNotFound:
      return "There is no relay in this directory; nothing was changed; run: magpie-relay serve";
    case Errc::kExists:
      return "The target is there already and not empty; nothing was changed; name another.";
    case Errc::kUsage:
      if (site == "moving") {
        return "The move of this relay was broken off; nothing was lost; run the same move again.";
      }
      return "This relay was moved; nothing was changed; start it where it is now.";
    case Errc::kTimedOut:
      return "The relay ended before it answered; nothing was lost; look whether it runs.";
    case Errc::kDiskFull:
      return "The disk is full; nothing was lost; make room and try again.";
    default:
      return "The data directory cannot be used (" + site +
             "); nothing was changed; check its disk and its owner.";
  }
}

}  // namespace

void complain(const std::string& sentence) {
  std::fprintf(stderr, "magpie-relay: %s\n", sentence.c_str());
}

int failed(const Error& error) {
  complain(sentence_for(error));
  return kFailed;
}

}  // namespace magpie::server::commands
