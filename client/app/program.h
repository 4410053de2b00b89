// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QQmlApplicationEngine>
#include <QQuickWindow>
#include <filesystem>

#include "client/app/appearance.h"
#include "client/app/preferences.h"
#include "client/app/session.h"

namespace magpie::app {

struct ProgramOptions {
  std::filesystem::path profile;
  QString language;  ///< empty: as chosen before, or the system's
  QString theme;     ///< light, dark or auto; empty: as chosen before, or auto
};

/// One window with everything behind it, on the GUI thread. Needs the QGuiApplication; a process
/// may hold several, each with a profile of its own.
class Program {
 public:
  explicit Program(const ProgramOptions& options);

  /// Null where the screens did not load, which is a bug of ours.
  QQuickWindow* window() const;
  Session& session() { return session_; }
  Preferences& preferences() { return preferences_; }

 private:
  Preferences preferences_;
  SystemAppearance appearance_;
  Session session_;
  QQmlApplicationEngine engine_;
};

}  // namespace magpie::app
