// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusConnection>
#include <QDBusUnixFileDescriptor>
#include <QObject>

namespace magpie::app::test {

/// Starts a bus of the tests' own and makes it what programs in this process take for the system's.
/// Once, before anything asks for a bus.
void start_system_bus();

/// What answers on that bus in logind's place: puts sleep off for who asks, and says what a test
/// tells it to.
class Logind : public QObject {
  Q_OBJECT
  Q_CLASSINFO("D-Bus Interface", "org.freedesktop.login1.Manager")
 public:
  Logind();
  ~Logind() override;

  void prepare_for_sleep(bool sleeps);
  void lock_session();
  void session_is_locked(bool locked);

  int asked() const { return asked_; }
  /// Whether somebody still puts sleep off.
  bool waits() const;

 public Q_SLOTS:
  QDBusUnixFileDescriptor Inhibit(const QString& what, const QString& who, const QString& why,
                                  const QString& mode);

 private:
  QDBusConnection bus_;
  int asked_ = 0;
  int open_ = -1;  ///< ends when the other end of it is closed
};

}  // namespace magpie::app::test
