// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/app/support/desk.h"

namespace magpie::app::test {

/// All words of what is shown are whole and can be scrolled into sight, and nothing lies over
/// another. `screen` names it in a failure, and its picture (Desk::look).
void check_layout(Desk& desk, const QString& screen);

/// Gives the window this size, and waits until it has it.
void resize(Desk& desk, int width, int height);

}  // namespace magpie::app::test
