// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "client/core/event.h"

namespace magpie::cli {

/// Prints an event as one line, for people or as JSON; nothing for those that only a screen needs.
void print_event(const client::Event& event, bool json);

/// Says on stderr what the user must hear, which no other command would say again.
void print_warning(const client::Event& event);

}  // namespace magpie::cli
