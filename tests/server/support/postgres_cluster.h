// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "tests/server/support/temp_dir.h"

namespace magpie::server::test {

/// A PostgreSQL of its own in a temporary folder, reached through a socket there, with the role
/// and the database that docs/scaling.md tells an administrator to make. Runs as the user
/// `postgres` where the tests run as root. Stopped and removed with the object, or stopped when
/// this process ends.
class PostgresCluster {
 public:
  /// Makes it and starts it, in a folder within `parent`.
  explicit PostgresCluster(const std::filesystem::path& parent = fast_place());
  /// A standby of `primary`, made by pg_basebackup while that runs, and started. The primary waits
  /// for it before it acknowledges.
  explicit PostgresCluster(PostgresCluster& primary);
  ~PostgresCluster();
  PostgresCluster(const PostgresCluster&) = delete;
  PostgresCluster& operator=(const PostgresCluster&) = delete;

  /// One for all tests of this process.
  static PostgresCluster& shared();
  /// In memory where there is room for it: what is synced there is not lost with a process that is
  /// killed, which is all that tests do, and takes no time.
  static std::filesystem::path fast_place();

  /// What `[store] connection` takes. With several clusters: whichever of them is the primary.
  std::string connection() const;
  /// The same for a database of its own, without tables.
  std::string fresh_database();
  static std::string connection(const std::vector<const PostgresCluster*>& clusters);
  std::filesystem::path data() const { return dir_.path() / "data"; }
  std::filesystem::path folder() const { return dir_.path(); }

  /// Every process of it at once, by SIGKILL.
  void kill();
  void start();
  /// At once, but so that it leaves nothing behind.
  void stop();
  /// Makes a standby the primary.
  void promote();
  /// As its superuser.
  void sql(const std::string& database, const std::string& statement) const;

 private:
  void make_folder();
  std::string tool(const std::string& name) const;
  void run(std::vector<std::string> command) const;

  void make_database(const std::string& name);

  TempDir dir_;
  pid_t pid_ = -1;
  int databases_ = 0;
};

}  // namespace magpie::server::test
