// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/session.h"

#include <QAccessible>
#include <QClipboard>
#include <QGuiApplication>
#include <QImageReader>
#include <QSet>
#include <QThreadPool>

#include "client/app/drawing/qr_code.h"
#include "client/app/models/values.h"
#include "client/core/introduction/link.h"

namespace magpie::app {

Session::Session(const std::filesystem::path& profile, Preferences& preferences)
    : core_(profile),
      preferences_(preferences),
      problem_(preferences),
      conversation_(core_, preferences),
      introductions_(core_, preferences),
      phase_(client::Client::profile_exists(profile) ? "locked" : "welcome") {
  if (phase_ == "locked") preferences_.set_vault_exists();
  connect(&core_, &CoreBridge::happened, this, &Session::take);
  connect(&rooms_, &RoomListModel::roomChanged, &conversation_, &ConversationModel::update);
  connect(&conversation_, &ConversationModel::refused, this, &Session::bring_back);
  connect(&idle_, &IdleWatch::idle, this, &Session::lock);
  connect(&sleep_, &SleepWatch::leaving, this, &Session::leave);
  draft_timer_.setSingleShot(true);
  draft_timer_.setInterval(std::chrono::seconds(1));
  connect(&draft_timer_, &QTimer::timeout, this, &Session::save_drafts);
  const auto watch = [this] { idle_.set_limit(std::chrono::minutes(preferences_.idleMinutes())); };
  connect(&preferences_, &Preferences::idleMinutesChanged, this, watch);
  watch();
}

void Session::set_phase(const QString& phase) {
  ++step_;
  set_busy(false);
  if (phase == phase_) return;
  phase_ = phase;
  Q_EMIT phaseChanged();
}

void Session::set_busy(bool busy) {
  if (busy == busy_) return;
  busy_ = busy;
  Q_EMIT busyChanged();
}

void Session::fail_with(const Error& error) {
  set_busy(false);
  problem_.set(error);
}

// First run.

void Session::readLink(const QString& link, const QString& pin) {
  problem_.clear();
  const auto parsed = client::parse_link(link.toStdString());
  if (!parsed) return fail_with(parsed.error());
  link_ = link;
  pin_ = pin.trimmed();
  needs_pin_ = parsed->needs_pin;
  Q_EMIT offerChanged();
  if (needs_pin_ && pin_.isEmpty()) return;
  set_busy(true);
  auto done = core_.answer_to<client::OfferInfo>(
      this, [this, step = step_](Result<client::OfferInfo> offer) {
        if (step != step_) return;
        if (!offer) return fail_with(offer.error());
        offer_ = *std::move(offer);
        Q_EMIT offerChanged();
        if (phase_ == "open") return set_busy(false);
        set_phase("about-you");
      });
  core_.client().preview(link_.toStdString(), pin_.toStdString(), std::move(done));
}

void Session::readPicture(const QUrl& file) {
  problem_.clear();
  QThreadPool::globalInstance()->start(
      [this, self = QPointer<Session>(this), path = file.toLocalFile()] {
        QImageReader reader(path);
        reader.setAutoTransform(true);
        const auto link = read_qr(reader.read());
        QMetaObject::invokeMethod(QCoreApplication::instance(), [this, self, link] {
          if (!self) return;
          if (!link) return fail_with({Errc::kBadLink, "picture: no code"});
          Q_EMIT pictureRead(*link);
        });
      });
}

void Session::startWithout() {
  forgetOffer();
  set_phase("about-you");
}

void Session::back() {
  forgetOffer();
  set_phase("welcome");
}

void Session::forgetOffer() {
  problem_.clear();
  link_.clear();
  pin_.clear();
  needs_pin_ = false;
  offer_ = {};
  Q_EMIT offerChanged();
}

bool Session::isRelayAddress(const QString& text) {
  return client::parse_relay_address(text.trimmed().toStdString()).has_value();
}

int Session::strengthOf(const QString& passphrase) {
  const QList<uint> characters = passphrase.toUcs4();
  if (characters.size() < kPassphraseMin) return 0;
  const auto variety = QSet<uint>(characters.begin(), characters.end()).size();
  if (characters.size() >= 20 && variety >= 10) return 3;
  return characters.size() >= 14 && variety >= 7 ? 2 : 1;
}

QString Session::suggestPassphrase() {
  return QString::fromStdString(client::Client::suggest_passphrase());
}

void Session::begin(const QString& name, const QString& passphrase, const QString& relay) {
  problem_.clear();
  set_busy(true);
  client::CreateProfile profile{name.trimmed().toStdString(), passphrase_bytes(passphrase),
                                client::parse_relay_address(relay.trimmed().toStdString())};
  if (link_.isEmpty()) {
    auto done =
        core_.answer_to<client::ProfileInfo>(this, [this](Result<client::ProfileInfo> made) {
          if (!made) return fail_with(made.error());
          read_everything({});
        });
    return core_.client().create(std::move(profile), std::move(done));
  }
  client::JoinRequest request{link_.toStdString(), pin_.toStdString(), profile.name};
  auto done = core_.answer_to<client::JoinedInfo>(this, [this](Result<client::JoinedInfo> joined) {
    if (!joined) return fail_with(joined.error());
    read_everything(to_text(joined->room));
  });
  core_.client().join_new(std::move(profile), std::move(request), std::move(done));
}

// Lock.

void Session::unlock(const QString& passphrase) {
  problem_.clear();
  set_busy(true);
  auto done =
      core_.answer_to<client::ProfileInfo>(this, [this](Result<client::ProfileInfo> opened) {
        if (!opened) return fail_with(opened.error());
        read_everything(last_room_);
      });
  core_.client().open(passphrase_bytes(passphrase), std::move(done));
}

void Session::lock() {
  if (phase_ != "open") return;
  save_drafts();
  clear_content();
  problem_.clear();
  set_phase("locked");
  core_.client().lock(core_.answer_to<void>(this, [this](Result<void> closed) {
    sleep_.release();
    if (!closed) problem_.set(closed.error());
  }));
}

// The computer sleeps once all is locked.
void Session::leave() {
  if (phase_ == "open") return lock();
  sleep_.release();
}

// What the screens show leaves memory first; then the core closes the vault.
void Session::clear_content() {
  last_room_ = conversation_.room();
  conversation_.close();
  rooms_.reset({});
  introductions_.reset({});
  profile_ = {};
  new_guests_.clear();
  offline_.clear();
  for (QString& draft : drafts_) draft.fill(QChar(0));
  drafts_.clear();
  Q_EMIT profileChanged();
  Q_EMIT newGuestsChanged();
  Q_EMIT connectionChanged();
}

// The answers come in the order of the questions, so the last one opens the screen.
void Session::read_everything(const QString& first_room) {
  preferences_.set_vault_exists();
  preferences_.save();
  const int step = step_;
  auto& client = core_.client();
  client.profile(core_.answer_to<client::ProfileInfo>(this, [this](auto profile) {
    if (!profile) return fail_with(profile.error());
    profile_ = *std::move(profile);
    Q_EMIT profileChanged();
  }));
  using Introductions = std::vector<client::IntroductionInfo>;
  client.introductions(core_.answer_to<Introductions>(this, [this](auto introductions) {
    if (!introductions) return fail_with(introductions.error());
    introductions_.reset(*std::move(introductions));
  }));
  client.drafts(core_.answer_to<std::vector<client::DraftInfo>>(this, [this](auto drafts) {
    if (!drafts) return fail_with(drafts.error());
    for (const client::DraftInfo& draft : *drafts) {
      const QString room = to_text(draft.room);
      if (!unsaved_drafts_.contains(room)) drafts_.insert(room, QString::fromStdString(draft.text));
    }
  }));
  using Rooms = std::vector<client::RoomInfo>;
  client.rooms(core_.answer_to<Rooms>(this, [this, step, first_room](auto rooms) {
    if (step != step_) return;
    if (!rooms) return fail_with(rooms.error());
    rooms_.reset(*std::move(rooms));
    forgetOffer();
    openRoom(first_room.isEmpty() && rooms_.count() == 1 ? rooms_.roomAt(0) : first_room);
    set_phase("open");
  }));
}

// Main.

QString Session::relay() const {
  return profile_.relay ? QString::fromStdString(client::format_relay_address(*profile_.relay))
                        : QString();
}

void Session::openRoom(const QString& room) {
  const auto* info = rooms_.find(id_of<client::RoomId>(room));
  if (info != nullptr && room != conversation_.room()) conversation_.open(*info);
}

void Session::dismissGuest(const QString& room) {
  if (new_guests_.removeAll(room) > 0) Q_EMIT newGuestsChanged();
}

void Session::joinOffer() {
  problem_.clear();
  set_busy(true);
  client::JoinRequest request{link_.toStdString(), pin_.toStdString(), profile_.name};
  auto done = core_.answer_to<client::JoinedInfo>(
      this, [this, step = step_](Result<client::JoinedInfo> answer) {
        if (step != step_) return;
        if (!answer) return fail_with(answer.error());
        set_busy(false);
        Q_EMIT joined(to_text(answer->room));
      });
  core_.client().join(std::move(request), std::move(done));
}

void Session::setRelay(const QString& address) {
  const auto parsed = client::parse_relay_address(address.trimmed().toStdString());
  if (!parsed) return;
  core_.client().set_relay(*parsed, core_.answer_to<void>(this, [this, parsed](Result<void> set) {
    if (!set) return fail_with(set.error());
    profile_.relay = parsed;
    Q_EMIT profileChanged();
  }));
}

void Session::compareNumber(const QString& fingerprint) {
  auto done = core_.answer_to<std::string>(this, [this, fingerprint](Result<std::string> number) {
    if (!number) return fail_with(number.error());
    Q_EMIT numberReady(fingerprint, QString::fromStdString(*number).simplified().split(QChar(' ')));
  });
  core_.client().safety_number(id_of<client::RoomId>(conversation_.room()),
                               id_of<client::Fingerprint>(fingerprint), std::move(done));
}

void Session::verify(const QString& fingerprint, bool matches) {
  core_.client().verify(id_of<client::RoomId>(conversation_.room()),
                        id_of<client::Fingerprint>(fingerprint), matches,
                        core_.answer_to<void>(this, [this](Result<void> done) {
                          if (!done) fail_with(done.error());
                        }));
}

void Session::copy(const QString& text) const { QGuiApplication::clipboard()->setText(text); }

void Session::savePicture(const QUrl& file, const QString& link) {
  QThreadPool::globalInstance()->start(
      [this, self = QPointer<Session>(this), path = file.toLocalFile(), link] {
        constexpr int kPixelsPerModule = 8;
        const QImage modules = qr_image(link);
        const QImage picture = modules.scaled(modules.size() * kPixelsPerModule);
        if (!picture.isNull() && picture.save(path, "PNG")) return;
        QMetaObject::invokeMethod(QCoreApplication::instance(), [this, self] {
          if (self) fail_with({Errc::kStorage, "picture: save"});
        });
      });
}

void Session::setDraft(const QString& room, const QString& text) {
  if (room.isEmpty()) return;
  if (text.isEmpty()) {
    drafts_.remove(room);
  } else {
    drafts_.insert(room, text);
  }
  unsaved_drafts_.insert(room);
  if (!draft_timer_.isActive()) draft_timer_.start();
}

void Session::save_drafts() {
  draft_timer_.stop();
  if (phase_ != "open") return;  // a text that came back too late waits for the vault
  for (const QString& room : std::exchange(unsaved_drafts_, {})) {
    core_.client().save_draft(id_of<client::RoomId>(room), draft(room).toStdString(),
                              core_.answer_to<void>(this, [this](Result<void> saved) {
                                if (!saved) problem_.set(saved.error());
                              }));
  }
}

// A refused text goes back to where it was written, before whatever was typed since.
void Session::bring_back(const QString& room, const QString& text) {
  const QString since = draft(room);
  setDraft(room, since.isEmpty() ? text : text + QChar('\n') + since);
  Q_EMIT draftRestored(room);
}

void Session::alert(QQuickItem* item) const {
  QAccessibleEvent event(item, QAccessible::Alert);
  QAccessible::updateAccessibility(&event);
}

}  // namespace magpie::app
