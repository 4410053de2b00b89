// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/appearance.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>

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

}  // namespace

SystemAppearance::SystemAppearance(Preferences& preferences) : preferences_(preferences) {
  auto bus = QDBusConnection::sessionBus();
  if (!bus.isConnected()) return;
  bus.connect(kService, kPath, kInterface, "SettingChanged", this,
              SLOT(changed(QString, QString, QDBusVariant)));
  auto call = QDBusMessage::createMethodCall(kService, kPath, kInterface, "Read");
  call << kNamespace << kKey;
  auto* watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
  connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](auto* done) {
    const QDBusPendingReply<QDBusVariant> reply = *done;
    if (reply.isValid()) changed(kNamespace, kKey, reply.value());
    done->deleteLater();
  });
}

void SystemAppearance::changed(const QString& group, const QString& key,
                               const QDBusVariant& value) {
  if (group == kNamespace && key == kKey) preferences_.set_system_is_dark(is_dark(value.variant()));
}

}  // namespace magpie::app
