// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusConnection>
#include <QDBusUnixFileDescriptor>
#include <QObject>
#include <QVariantMap>

namespace magpie::app {

/// Says when the computer is about to sleep, and when its screen locks, as logind tells it on the
/// system's bus. Without logind nothing is said. Sleep is put off, by some seconds at most, until
/// `release`.
class SleepWatch : public QObject {
  Q_OBJECT
 public:
  explicit SleepWatch(const QDBusConnection& bus = QDBusConnection::systemBus());

  /// What was to be done before is done.
  void release() { delay_ = {}; }

 Q_SIGNALS:
  void leaving();

 private Q_SLOTS:
  void prepare(bool sleeps);
  void locked();
  void changed(const QString& interface, const QVariantMap& values, const QStringList& unset);

 private:
  void put_off();

  QDBusConnection bus_;
  QDBusUnixFileDescriptor delay_;  ///< while it is open, the computer does not sleep
};

}  // namespace magpie::app
