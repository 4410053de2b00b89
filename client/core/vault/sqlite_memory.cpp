// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/vault/sqlite_memory.h"

#include <malloc.h>
#include <sqlite3.h>

#include <cstdlib>
#include <cstring>
#include <mutex>

#include "crypto/base/secret.h"

namespace magpie::client {
namespace {

int size_of(void* memory) { return static_cast<int>(::malloc_usable_size(memory)); }

void* allocate(int size) { return std::malloc(static_cast<std::size_t>(size)); }

void release(void* memory) {
  if (memory == nullptr) return;
  wipe({static_cast<std::uint8_t*>(memory), ::malloc_usable_size(memory)});
  std::free(memory);
}

void* resize(void* memory, int size) {
  if (memory != nullptr && size <= size_of(memory)) return memory;
  void* larger = allocate(size);
  if (larger == nullptr || memory == nullptr) return larger;
  std::memcpy(larger, memory, static_cast<std::size_t>(size_of(memory)));
  release(memory);
  return larger;
}

int round_up(int size) { return (size + 7) & ~7; }
int start(void*) { return SQLITE_OK; }
void stop(void*) {}

}  // namespace

void configure_sqlite() {
  static std::once_flag once;
  std::call_once(once, [] {
    static const sqlite3_mem_methods kMethods = {.xMalloc = allocate,
                                                 .xFree = release,
                                                 .xRealloc = resize,
                                                 .xSize = size_of,
                                                 .xRoundup = round_up,
                                                 .xInit = start,
                                                 .xShutdown = stop,
                                                 .pAppData = nullptr};
    sqlite3_config(SQLITE_CONFIG_MALLOC, &kMethods);
    sqlite3_config(SQLITE_CONFIG_STMTJRNL_SPILL, -1);
    sqlite3_initialize();
  });
}

}  // namespace magpie::client
