// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDBusVariant>

#include "client/app/preferences.h"

namespace magpie::app {

/// Asks the desktop portal whether dark is preferred, and follows its changes. Without a portal
/// the answer stays light.
class SystemAppearance : public QObject {
  Q_OBJECT
 public:
  /// `preferences` outlives this.
  explicit SystemAppearance(Preferences& preferences);

 private Q_SLOTS:
  void changed(const QString& group, const QString& key, const QDBusVariant& value);

 private:
  Preferences& preferences_;
};

}  // namespace magpie::app
