// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>

/// Whether this build can be confined: a sanitizer has threads, files and system calls of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSandboxPossible = false;
#else
inline constexpr bool kSandboxPossible = true;
#endif

namespace magpie::server {

/// Which parts of the sandbox the kernel gave.
struct Confinement {
  bool system_calls = false;  ///< seccomp: only what a relay needs; no program is ever started
  bool files = false;         ///< Landlock: writes under the directory alone, reads nearly so
  bool connections = false;   ///< Landlock: no TCP connection to anywhere
};

/// Takes from this process for good what a relay does not need, and a debugger and core dumps with
/// it. For `serve` and before any thread is started: Landlock reaches only the calling thread and
/// those that it starts. Makes `directory` where it is missing.
///
/// What is refused answers EPERM (system calls) or EACCES (files, connections); starting a program
/// or touching another process ends this one with SIGSYS. With `may_connect` TCP connections are
/// left as they are, for a store on another machine. A kernel that lacks a part leaves it out; what
/// it gave is returned. seccomp(2), landlock(7).
Confinement confine(const std::filesystem::path& directory, bool may_connect);

}  // namespace magpie::server
