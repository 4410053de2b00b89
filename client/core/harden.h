// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace magpie::client {

/// Called first in each program's `main`, before any thread: no core dump, no debugger of another
/// process (prctl(2) PR_SET_DUMPABLE), files of this user alone, TLS 1.3 only. What the system
/// does not grant is left as it is.
void harden_process();

}  // namespace magpie::client
