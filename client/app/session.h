// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QHash>
#include <QObject>
#include <QQuickItem>
#include <QSet>
#include <QTimer>
#include <QUrl>
#include <map>

#include "client/app/core_bridge.h"
#include "client/app/idle_watch.h"
#include "client/app/models/conversation_model.h"
#include "client/app/models/introduction_model.h"
#include "client/app/models/problem.h"
#include "client/app/models/room_list_model.h"
#include "client/app/preferences.h"
#include "client/app/sleep_watch.h"
#include "client/core/relay_address.h"

namespace magpie::app {

/// What the screens talk to: which of them is shown, and every step from one to the next. Each
/// step returns at once; what comes of it is told by the properties.
class Session : public QObject {
  Q_OBJECT
  Q_PROPERTY(QString phase READ phase NOTIFY phaseChanged)
  Q_PROPERTY(bool busy READ busy NOTIFY busyChanged)
  Q_PROPERTY(QString inviter READ inviter NOTIFY offerChanged)
  Q_PROPERTY(QString greeting READ greeting NOTIFY offerChanged)
  Q_PROPERTY(bool needsPin READ needsPin NOTIFY offerChanged)
  Q_PROPERTY(QString name READ name NOTIFY profileChanged)
  Q_PROPERTY(QString relay READ relay NOTIFY profileChanged)
  Q_PROPERTY(QString offlineSince READ offlineSince NOTIFY connectionChanged)
  Q_PROPERTY(QStringList newGuests READ newGuests NOTIFY newGuestsChanged)
  Q_PROPERTY(magpie::app::Preferences* preferences READ preferences CONSTANT)
  Q_PROPERTY(magpie::app::RoomListModel* rooms READ rooms CONSTANT)
  Q_PROPERTY(magpie::app::ConversationModel* conversation READ conversation CONSTANT)
  Q_PROPERTY(magpie::app::IntroductionModel* introductions READ introductions CONSTANT)
  Q_PROPERTY(magpie::app::Problem* problem READ problem CONSTANT)

 public:
  static constexpr int kPassphraseMin = 10;

  /// `preferences` outlives this.
  Session(const std::filesystem::path& profile, Preferences& preferences);

  /// "welcome", "about-you" (with or without an offer), "locked" or "open".
  QString phase() const { return phase_; }
  bool busy() const { return busy_; }
  QString inviter() const { return QString::fromStdString(offer_.inviter); }
  QString greeting() const { return QString::fromStdString(offer_.greeting); }
  bool needsPin() const { return needs_pin_; }
  QString name() const { return QString::fromStdString(profile_.name); }
  QString relay() const;
  /// Local time of day; empty while connected, or before the first try has ended.
  QString offlineSince() const;
  QStringList newGuests() const { return new_guests_; }
  Preferences* preferences() { return &preferences_; }
  RoomListModel* rooms() { return &rooms_; }
  ConversationModel* conversation() { return &conversation_; }
  IntroductionModel* introductions() { return &introductions_; }
  Problem* problem() { return &problem_; }

  // First run.
  /// Asks the link's relay for the offer; where the link wants a PIN and none is given, asks for
  /// it.
  Q_INVOKABLE void readLink(const QString& link, const QString& pin);
  Q_INVOKABLE void readPicture(const QUrl& file);
  Q_INVOKABLE void startWithout();
  Q_INVOKABLE void back();
  Q_INVOKABLE static bool isRelayAddress(const QString& text);
  /// 0: too short, 1: weak, 2: fair, 3: strong. By length and variety alone.
  Q_INVOKABLE static int strengthOf(const QString& passphrase);
  /// Six words to be a passphrase, drawn now.
  Q_INVOKABLE static QString suggestPassphrase();
  /// With an offer: makes the vault and joins. Without: makes the vault; `relay` may be empty.
  Q_INVOKABLE void begin(const QString& name, const QString& passphrase, const QString& relay);

  // Lock.
  Q_INVOKABLE void unlock(const QString& passphrase);
  Q_INVOKABLE void lock();

  // Main.
  Q_INVOKABLE void openRoom(const QString& room);
  Q_INVOKABLE void dismissGuest(const QString& room);
  /// Joins with the offer that was read; `joined` tells the room.
  Q_INVOKABLE void joinOffer();
  Q_INVOKABLE void forgetOffer();
  Q_INVOKABLE void setRelay(const QString& address);
  Q_INVOKABLE void compareNumber(const QString& fingerprint);
  Q_INVOKABLE void verify(const QString& fingerprint, bool matches);
  Q_INVOKABLE void copy(const QString& text) const;
  Q_INVOKABLE void savePicture(const QUrl& file, const QString& link);
  /// Unsent text, of one room each: in the vault a second after it was typed, and at once when the
  /// window locks; then it leaves this process's memory.
  Q_INVOKABLE QString draft(const QString& room) const { return drafts_.value(room); }
  Q_INVOKABLE void setDraft(const QString& room, const QString& text);
  /// Tells a screen reader about a banner, without moving the focus.
  Q_INVOKABLE void alert(QQuickItem* item) const;

 Q_SIGNALS:
  void phaseChanged();
  void busyChanged();
  void offerChanged();
  void profileChanged();
  void connectionChanged();
  void newGuestsChanged();
  void pictureRead(const QString& link);
  void joined(const QString& room);
  void draftRestored(const QString& room);
  void numberReady(const QString& fingerprint, const QStringList& groups);

 private:
  void set_phase(const QString& phase);
  void set_busy(bool busy);
  void fail_with(const Error& error);
  void read_everything(const QString& first_room);
  void clear_content();
  void leave();
  void save_drafts();
  void take(const client::Event& event);
  void take_connection(const client::event::Connection& connection);
  void bring_back(const QString& room, const QString& text);

  CoreBridge core_;
  Preferences& preferences_;
  Problem problem_;
  RoomListModel rooms_;
  ConversationModel conversation_;
  IntroductionModel introductions_;
  IdleWatch idle_;
  SleepWatch sleep_;

  QString phase_;
  bool busy_ = false;
  int step_ = 0;  ///< an answer to a step that was left is dropped
  QString link_;
  QString pin_;
  bool needs_pin_ = false;
  client::OfferInfo offer_;
  client::ProfileInfo profile_;
  QString last_room_;
  QHash<QString, QString> drafts_;
  QSet<QString> unsaved_drafts_;  ///< the rooms
  QTimer draft_timer_;
  QStringList new_guests_;
  std::map<client::RelayAddress, QDateTime> offline_;
};

}  // namespace magpie::app
