// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string_view>

#include "crypto/base/error.h"

namespace magpie::cli {

enum Exit : int {
  kDone = 0,
  kFailed = 1,
  kWrongUsage = 2,
  kNotOpened = 3,   ///< wrong passphrase or damaged vault
  kNotReached = 4,  ///< what was queued stays queued
  kRefused = 5      ///< by a rule, a limit, or a conversation in doubt
};

Exit exit_status(const Error& error);

/// What happened, what is safe, what to do: for stderr. Names no person, text or address.
std::string_view sentence(const Error& error);

/// What this program itself finds wrong; `sentence` tells them apart by these.
namespace site {
constexpr std::string_view kNoRoom = "arguments: room";
constexpr std::string_view kNoPerson = "arguments: person";
constexpr std::string_view kRelay = "arguments: relay";
constexpr std::string_view kInvitation = "invitation: code";
constexpr std::string_view kNoName = "arguments: name";
constexpr std::string_view kProfileExists = "arguments: profile";
constexpr std::string_view kNoPassphrase = "passphrase: none";
constexpr std::string_view kNoPassphraseFile = "passphrase: file";
constexpr std::string_view kLongPassphrase = "passphrase: long";
constexpr std::string_view kShortPassphrase = "passphrase: short";
constexpr std::string_view kNotRepeated = "passphrase: not repeated";
constexpr std::string_view kNoText = "arguments: text";
constexpr std::string_view kQrFile = "qr: file";
}  // namespace site

}  // namespace magpie::cli
