// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/appearance.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusVariant>

namespace magpie::app {
namespace {

constexpr const char* kService = "org.freedesktop.portal.Desktop";
constexpr const char* kPath = "/org/freedesktop/portal/desktop";
constexpr const char* kInterface = "org.freedesktop.portal.Settings";
constexpr const char* kNamespace = "org.freedesktop.appearance";
constexpr const char* kKey = "color-scheme";

// The portal wraps the number in one variant, its Read method in two.
bool is_dark(QVariant value) {
  while (value.canConvert<QDBusVariant>()) value = value.value<QDBusVariant>().variant();
  return value.toUInt() == 1;
}

// Told by the bus when a setting changes.
class Listener : public QObject {
  Q_OBJECT
 public:
  explicit Listener(Preferences& preferences) : QObject(&preferences), preferences_(preferences) {}

 public slots:
  void changed(const QString& group, const QString& key, const QDBusVariant& value) {
    if (group == kNamespace && key == kKey)
      preferences_.set_system_is_dark(is_dark(value.variant()));
  }

 private:
  Preferences& preferences_;
};

}  // namespace

void follow_system_appearance(Preferences& preferences) {
  auto bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) return;
  auto* listener = new Listener(preferences);  // the preferences own it
  bus.connect(kService, kPath, kInterface, "SettingChanged", listener,
              SLOT(changed(QString, QString, QDBusVariant)));
  auto call = QDBusMessage::createMethodCall(kService, kPath, kInterface, "Read");
  call << kNamespace << kKey;
  auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), &preferences);
  QObject::connect(watcher, &QDBusPendingCallWatcher::finished, &preferences,
                   [&preferences](QDBusPendingCallWatcher* done) {
                     const QDBusPendingReply<QDBusVariant> reply = *done;
                     if (reply.isValid()) {
                       preferences.set_system_is_dark(is_dark(QVariant::fromValue(reply.value())));
                     }
                     done->deleteLater();
                   });
}

}  // namespace magpie::app

#include "appearance.moc"
