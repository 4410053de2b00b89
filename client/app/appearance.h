// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/app/preferences.h"

namespace magpie::app {

/// Asks the desktop portal whether dark is preferred, and follows its changes. Without a portal
/// the answer stays light. `preferences` lives as long as the application.
void follow_system_appearance(Preferences& preferences);

}  // namespace magpie::app
