// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/error_text.h"

#include <QCoreApplication>

namespace magpie::app {
namespace {

struct ErrorText {
  Q_DECLARE_TR_FUNCTIONS(ErrorText)

 public:
  static QString introduction(Errc code);
  static QString relay(Errc code);
  static QString device(Errc code);
  static QString other() {
    return tr("That didn't work. Nothing was lost. Try again, or tell your relay administrator.");
  }
};

QString ErrorText::introduction(Errc code) {
  switch (code) {
    case Errc::kBadLink:
      return tr(
          "That isn't a complete introduction. Nothing was sent. Copy the whole link again, or "
          "open the picture.");
    case Errc::kIntroductionEnded:
      return tr("This introduction has ended. Nothing was sent. Ask for a new one.");
    case Errc::kIntroductionUsed:
    case Errc::kSlotExchanged:
      return tr(
          "This introduction was already used. Nothing was sent. If it wasn't you, call the "
          "person who gave it to you now.");
    case Errc::kWrongInviter:
      return tr(
          "This introduction wasn't made by the person it names. Nothing was sent. Call the "
          "person who gave it to you.");
    case Errc::kDecryptFailed:
      return tr(
          "The introduction didn't open with this PIN. Nothing was sent. Ask the person who gave "
          "it to you for the PIN.");
    case Errc::kUnsupported:
      return tr(
          "This was made by a newer Magpie. Nothing was changed here. Install the newest Magpie, "
          "then try again.");
    case Errc::kExists:
      return tr("This conversation is here already. Nothing was sent. Open it from the list.");
    default:
      return {};
  }
}

QString ErrorText::relay(Errc code) {
  switch (code) {
    case Errc::kUnreachable:
      return tr("The relay can't be reached. Nothing was lost. Check the network, then try again.");
    case Errc::kTimedOut:
      return tr("The relay didn't answer in time. Nothing was lost. Try again in a moment.");
    case Errc::kWrongRelayKey:
      return tr(
          "Something else answered in the relay's place. Nothing was sent. Use another network, or "
          "call the person who gave you this address.");
    case Errc::kLimit:
    case Errc::kRelayStorage:
      return tr(
          "Not sent: the relay is full. Your text is kept here. Try again, or tell your relay "
          "administrator.");
    case Errc::kNotInvited:
      return tr(
          "This relay doesn't open rooms for you. Nothing was changed. Ask its administrator for "
          "an invitation.");
    case Errc::kInDoubt:
      return tr(
          "Not sent: sending is paused in this room. Your text is kept here. Read the notice "
          "above it.");
    case Errc::kTooLarge:
      return tr("Not sent: this text is too long. It is kept here. Send it in parts.");
    default:
      return {};
  }
}

QString ErrorText::device(Errc code) {
  switch (code) {
    case Errc::kWrongPassphrase:
      return tr(
          "That passphrase didn't open Magpie. Nothing was deleted. Check Caps Lock and keyboard "
          "language.");
    case Errc::kDamaged:
      return tr(
          "What is stored here is damaged and doesn't open. Nothing was changed. Keep the "
          "folder as it is, and ask for a new introduction.");
    case Errc::kInUse:
      return tr(
          "Magpie is open in another window already. Nothing was changed. Use that window, or "
          "close it first.");
    case Errc::kStorage:
      return tr(
          "The disk couldn't be read or written. What was saved before is safe. Check the disk, "
          "then unlock Magpie again.");
    case Errc::kDiskFull:
      return tr(
          "The disk is full. What was saved before is safe. Free some space, then try again.");
    case Errc::kNoMemory:
      return tr(
          "This computer has too little free memory. Nothing was lost. Close other programs, then "
          "try again.");
    default:
      return {};
  }
}

}  // namespace

QString error_text(Errc code) {
  for (const auto& part : {ErrorText::introduction, ErrorText::relay, ErrorText::device}) {
    if (QString text = part(code); !text.isEmpty()) return text;
  }
  return ErrorText::other();
}

}  // namespace magpie::app
