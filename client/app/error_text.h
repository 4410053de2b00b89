// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "crypto/base/error.h"

namespace magpie::app {

/// What happened, what is safe, what to do: in the language that is chosen now.
QString error_text(Errc code);

}  // namespace magpie::app
