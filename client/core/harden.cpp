// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/harden.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "client/core/transport/tls_policy.h"

namespace magpie::client {

void harden_process() {
  prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  umask(077);
  require_tls13();
}

}  // namespace magpie::client
