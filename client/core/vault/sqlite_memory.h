// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace magpie::client {

/// Sets SQLite up for the process, before its first use: memory that it gives back is zeroed, so
/// that no page stays readable in freed memory, and it keeps everything temporary in memory.
/// Where other code has used SQLite already, that stays as it is. Thread-safe.
void configure_sqlite();

}  // namespace magpie::client
