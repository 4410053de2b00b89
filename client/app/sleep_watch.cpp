// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/sleep_watch.h"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

namespace magpie::app {
namespace {

// org.freedesktop.login1(5)
constexpr const char* kService = "org.freedesktop.login1";
constexpr const char* kPath = "/org/freedesktop/login1";
constexpr const char* kManager = "org.freedesktop.login1.Manager";
constexpr const char* kSession = "org.freedesktop.login1.Session";

}  // namespace

SleepWatch::SleepWatch(const QDBusConnection& bus) : bus_(bus) {
  if (!bus_.isConnected()) return;
  bus_.connect(kService, kPath, kManager, "PrepareForSleep", this, SLOT(prepare(bool)));
  // Of any session: which one a program is in is not always known, and to lock once too often
  // harms nobody. Some desktops ask for the lock, others say that they have locked.
  bus_.connect(kService, {}, kSession, "Lock", this, SLOT(locked()));
  bus_.connect(kService, {}, "org.freedesktop.DBus.Properties", "PropertiesChanged", this,
               SLOT(changed(QString, QVariantMap, QStringList)));
  put_off();
}

void SleepWatch::prepare(bool sleeps) {
  if (sleeps) {
    Q_EMIT leaving();
  } else {
    put_off();
  }
}

void SleepWatch::locked() { Q_EMIT leaving(); }

void SleepWatch::changed(const QString& interface, const QVariantMap& values, const QStringList&) {
  if (interface == kSession && values.value("LockedHint").toBool()) Q_EMIT leaving();
}

void SleepWatch::put_off() {
  auto call = QDBusMessage::createMethodCall(kService, kPath, kManager, "Inhibit");
  call << "sleep"
       << "Magpie"
       << "locking"
       << "delay";
  auto* watcher = new QDBusPendingCallWatcher(bus_.asyncCall(call), this);
  connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](auto* done) {
    const QDBusPendingReply<QDBusUnixFileDescriptor> reply = *done;
    if (reply.isValid()) delay_ = reply.value();
    done->deleteLater();
  });
}

}  // namespace magpie::app
