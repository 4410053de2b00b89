// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/support/system_bus.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QDBusMessage>
#include <QProcess>

namespace magpie::app::test {
namespace {

constexpr const char* kPath = "/org/freedesktop/login1";
constexpr const char* kSessionPath = "/org/freedesktop/login1/session/_31";
constexpr const char* kSession = "org.freedesktop.login1.Session";

}  // namespace

void start_system_bus() {
  auto* daemon = new QProcess(QCoreApplication::instance());
  daemon->start("dbus-daemon", {"--session", "--nofork", "--print-address"});
  if (!daemon->waitForReadyRead(60'000)) qFatal("no dbus-daemon");
  qputenv("DBUS_SYSTEM_BUS_ADDRESS", daemon->readLine().trimmed());
  QObject::connect(QCoreApplication::instance(), &QCoreApplication::aboutToQuit, daemon,
                   &QProcess::kill);
}

Logind::Logind()
    : bus_(QDBusConnection::connectToBus(qEnvironmentVariable("DBUS_SYSTEM_BUS_ADDRESS"),
                                         "logind")) {
  EXPECT_TRUE(bus_.registerObject(kPath, this, QDBusConnection::ExportAllSlots));
  EXPECT_TRUE(bus_.registerService("org.freedesktop.login1"));
}

Logind::~Logind() {
  if (open_ >= 0) ::close(open_);
  QDBusConnection::disconnectFromBus("logind");
}

void Logind::prepare_for_sleep(bool sleeps) {
  auto signal =
      QDBusMessage::createSignal(kPath, "org.freedesktop.login1.Manager", "PrepareForSleep");
  bus_.send(signal << sleeps);
}

void Logind::lock_session() {
  bus_.send(QDBusMessage::createSignal(kSessionPath, kSession, "Lock"));
}

void Logind::session_is_locked(bool locked) {
  auto signal = QDBusMessage::createSignal(kSessionPath, "org.freedesktop.DBus.Properties",
                                           "PropertiesChanged");
  bus_.send(signal << kSession << QVariantMap{{"LockedHint", locked}} << QStringList());
}

QDBusUnixFileDescriptor Logind::Inhibit(const QString& what, const QString&, const QString&,
                                        const QString& mode) {
  EXPECT_EQ(what, "sleep");
  EXPECT_EQ(mode, "delay");
  ++asked_;
  if (open_ >= 0) ::close(open_);
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) return {};
  open_ = ends[0];
  QDBusUnixFileDescriptor theirs(ends[1]);  // a second one
  ::close(ends[1]);
  return theirs;
}

// The last one who could write has closed it.
bool Logind::waits() const {
  pollfd end{open_, POLLIN, 0};
  ::poll(&end, 1, 0);
  return (end.revents & POLLHUP) == 0;
}

}  // namespace magpie::app::test
