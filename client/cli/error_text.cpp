// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/cli/error_text.h"

namespace magpie::cli {
namespace {

std::string_view usage_sentence(std::string_view where) {
  if (where == site::kRelay) {
    return "That isn't a relay's address. Nothing was changed. Copy the whole address that the "
           "relay printed, HOST:PORT#PIN.";
  }
  if (where == site::kInvitation) {
    return "That isn't an invitation code. Nothing was changed. Copy all twenty of its characters.";
  }
  if (where == site::kNoName || where == "profile: name") {
    return "A new profile needs a name. Nothing was changed. Give one with --name.";
  }
  if (where == site::kNoPassphrase) {
    return "No passphrase was given. Nothing was changed. Type it at a terminal, or use "
           "--passphrase-file or MAGPIE_PASSPHRASE.";
  }
  if (where == site::kLongPassphrase) {
    return "That passphrase is too long. Nothing was changed. Take less than 1024 bytes, in one "
           "line.";
  }
  if (where == site::kShortPassphrase) {
    return "That passphrase is too short. Nothing was changed. Take at least ten characters, such "
           "as six words.";
  }
  if (where == site::kNotRepeated) {
    return "The two passphrases differ. Nothing was changed. Type the same one twice.";
  }
  if (where == site::kNoText || where == "send: text") {
    return "There is no text to send. Nothing was sent. Give TEXT as UTF-8, or --stdin.";
  }
  if (where == "introduce: no relay" || where == "redeem: no relay") {
    return "This profile has no relay, so it cannot make introductions. Nothing was changed. "
           "Create a profile with --relay.";
  }
  return "That cannot be done now, or not with these arguments. Nothing was changed. See --help.";
}

std::string_view not_found_sentence(std::string_view where) {
  if (where == site::kNoRoom) {
    return "No room has an id that begins so. Nothing was changed. See: magpie-cli rooms";
  }
  if (where == site::kNoPerson) {
    return "Nobody in that room has this name or fingerprint. Nothing was changed. See: magpie-cli "
           "rooms";
  }
  if (where == site::kNoPassphraseFile) {
    return "The passphrase's file cannot be read. Nothing was changed. Check --passphrase-file.";
  }
  if (where.starts_with("vault")) {
    return "There is no profile in this folder. Nothing was changed. Make one with create or join, "
           "or name another with --profile.";
  }
  return "Nobody can read there yet, or the room is gone. Nothing was sent. See: magpie-cli rooms";
}

std::string_view limit_sentence(std::string_view where) {
  if (where == "limit: entry size") {
    return "Not sent: the relay takes nothing as large as that. It is kept here as not sent. Send "
           "it in parts, or ask the relay's administrator to raise the limit.";
  }
  if (where == "limit: room full") {
    return "Not sent yet: too much is unread in this room, and the relay keeps no more. What was "
           "written is kept here and goes once others have read. Run sync later.";
  }
  if (where == "limit: slots") {
    return "Refused: the relay allows no more places in this room. Nothing was changed. Remove "
           "somebody first, or ask the relay's administrator to raise the limit.";
  }
  if (where == "limit: control entries") {
    return "Not sent yet: this room was changed too often within an hour. What was written is kept "
           "here. Run sync in an hour.";
  }
  if (where == "limit: rooms" || where == "limit: in flight") {
    return "Refused: the relay lets one device do no more at a time. What was written is kept "
           "here. "
           "Try again later, or ask the relay's administrator to raise the limit.";
  }
  if (where == "limit: guesses") {
    return "Refused: too many wrong PINs were tried with this introduction. Nothing was sent. Try "
           "again in an hour, or ask for a new introduction.";
  }
  if (where == "limit: connections") {
    return "The relay has as many connections as it allows. What was written is kept here. Try "
           "again "
           "later, or tell the relay's administrator.";
  }
  return "Refused: a limit of the relay was reached. What was written is kept here. Try again "
         "later, or tell the relay's administrator.";
}

std::string_view invitation_sentence(std::string_view where) {
  if (where == "invitation: refused") {
    return "The relay knows no such invitation, or it was used. The profile is as it was. Copy the "
           "code again, or ask the relay's administrator for another, and give it with introduce "
           "--invite.";
  }
  return "This relay makes rooms for those whom it invited, and no invitation of yours is left. "
         "Nothing was changed. Ask the relay's administrator for a code, and give it with "
         "introduce "
         "--invite.";
}

std::string_view refused_sentence(Errc code) {
  switch (code) {
    case Errc::kIntroductionUsed:
    case Errc::kSlotExchanged:
      return "This introduction was already used. Nothing was sent. If it wasn't you, call the "
             "person who gave it to you now.";
    case Errc::kIntroductionEnded:
      return "This introduction has ended. Nothing was sent. Ask for a new one.";
    case Errc::kWrongInviter:
      return "This introduction isn't by the person who the link says. Nothing was sent. Call the "
             "person who gave it to you and ask for a new one.";
    case Errc::kDecryptFailed:
      return "The introduction didn't open: the PIN is wrong, or it was damaged. Nothing was sent. "
             "Ask for the PIN again (--pin), or for a new introduction.";
    case Errc::kInDoubt:
      return "Sending is paused in this room because something there is in doubt. Earlier messages "
             "are safe and nothing was sent. Call the other person, compare safety numbers, then "
             "use verify.";
    case Errc::kTooLarge:
      return "That is too long for one message. Nothing was sent. Send it in parts.";
    default:
      return "The relay refused. Nothing here was lost. Ask the relay's administrator.";
  }
}

}  // namespace

Exit exit_status(const Error& error) {
  switch (error.code) {
    case Errc::kUsage:
    case Errc::kBadLink:
      return kWrongUsage;
    case Errc::kWrongPassphrase:
    case Errc::kDamaged:
      return kNotOpened;
    case Errc::kUnreachable:
    case Errc::kTimedOut:
    case Errc::kWrongRelayKey:
    case Errc::kRelayStorage:
      return kNotReached;
    case Errc::kIntroductionUsed:
    case Errc::kIntroductionEnded:
    case Errc::kWrongInviter:
    case Errc::kSlotExchanged:
    case Errc::kDecryptFailed:
    case Errc::kInDoubt:
    case Errc::kTooLarge:
    case Errc::kLimit:
    case Errc::kNotInvited:
    case Errc::kNoRight:
    case Errc::kIdReused:
    case Errc::kRefusedByPolicy:
      return kRefused;
    default:
      return kFailed;
  }
}

std::string_view sentence(const Error& error) {
  if (error.code == Errc::kLimit) return limit_sentence(error.site);
  if (error.code == Errc::kNotInvited) return invitation_sentence(error.site);
  if (exit_status(error) == kRefused) return refused_sentence(error.code);
  switch (error.code) {
    case Errc::kUsage:
      return usage_sentence(error.site);
    case Errc::kBadLink:
      return "That isn't a complete introduction. Nothing was sent. Copy the whole link again, or "
             "open the picture.";
    case Errc::kUnsupported:
      return "That was made by a newer Magpie. Nothing was changed. Install the newer one.";
    case Errc::kWrongPassphrase:
      return "That passphrase didn't open Magpie. Nothing was deleted. Check Caps Lock and "
             "keyboard "
             "language.";
    case Errc::kDamaged:
      return "The profile is damaged and wasn't opened. Nothing was changed. Keep it as it "
             "is, make a new profile, and ask for a new introduction.";
    case Errc::kUnreachable:
      return "The relay cannot be reached. Your messages are safe here and will go when it "
             "returns. Check the connection, then run sync.";
    case Errc::kTimedOut:
      return "The relay did not answer in time. Your messages are safe here. Run sync to go on.";
    case Errc::kWrongRelayKey:
      return "Another computer answered in the relay's place, so Magpie did not talk to it. Your "
             "messages are safe here. Ask the relay's administrator before you go on.";
    case Errc::kRelayStorage:
      return "The relay cannot write to its disk. Your messages are safe here and will go when it "
             "can. Tell the relay's administrator, then run sync.";
    case Errc::kInUse:
      return "Another program uses this profile. It goes on undisturbed, and nothing was changed. "
             "Close it first, or name another with --profile.";
    case Errc::kDiskFull:
      return "The disk is full. What was stored is safe. Make room and try again.";
    case Errc::kExists:
      if (error.site == site::kProfileExists) {
        return "There is a profile in this folder already. Nothing was changed. Use it, or name "
               "another with --profile.";
      }
      return "It is here already. Nothing was changed. See: magpie-cli rooms";
    case Errc::kNotFound:
      return not_found_sentence(error.site);
    case Errc::kAmbiguous:
      return "More than one begins so. Nothing was changed. Give more of its characters.";
    case Errc::kNoMemory:
      return "There isn't enough free memory to open Magpie. Nothing was changed. Close something "
             "and try again.";
    case Errc::kStorage:
      if (error.site == site::kQrFile) {
        return "The picture could not be written. The introduction is made and its link works. "
               "Check the folder given with --qr.";
      }
      return "The disk could not be read or written. What was stored before is safe. Check the "
             "disk and the folder's owner.";
    default:
      return "That failed: something that came was not as it must be. Nothing here was changed. "
             "Try "
             "again, or ask the person to send it again.";
  }
}

}  // namespace magpie::cli
