// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <QQuickItem>
#include <QQuickWindow>
#include <filesystem>
#include <functional>
#include <optional>

#include "client/app/program.h"
#include "tests/server/support/relay_process.h"
#include "tests/support/temporary_folder.h"

namespace magpie::app::test {

constexpr const char* kPassphrase = "two magpies on a branch";

/// A person before the program's real window: finds what is shown by its objectName, and presses
/// keys and mouse buttons on it. What does not come in time fails the test.
class Desk {
 public:
  explicit Desk(const std::filesystem::path& profile, const QString& language = "en",
                const QString& theme = "light");
  ~Desk();

  QQuickWindow& window() { return *program_->window(); }
  Session& session() { return program_->session(); }
  Preferences& preferences() { return program_->preferences(); }
  /// Closes the window and the core, and opens both again.
  void restart();

  /// The visible item of this name; null where there is none.
  QQuickItem* find(const QString& name);
  std::vector<QQuickItem*> find_all(const QString& name);
  QString text_of(const QString& name);
  /// The item of this name, or what is inside it.
  bool has_focus(const QString& name);
  QString focus_name();

  void wait_until(const char* what, const std::function<bool()>& condition);
  void wait_for(const QString& name);
  void activate();
  void click(const QString& name);
  void key(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier);
  /// ASCII, key by key.
  void type(const QString& text);
  void paste(const QString& text);

  // Whole steps.
  void start_without_link(const QString& name, const std::string& relay);
  /// Makes an introduction and gives its link.
  QString introduce(const QString& label, const QString& pin = {});
  void join(const QString& link, const QString& name);
  /// Types the passphrase on the lock screen; done when the main screen is there.
  void unlock();
  /// Writes and sends by keyboard alone; the composer has the focus.
  void write(const QString& text);
  QStringList messages();
  QStringList states();
  void look(const QString& name);

 private:
  std::filesystem::path profile_;
  QString language_;
  QString theme_;
  std::unique_ptr<Program> program_;
};

/// A relay, and a folder for the profiles.
class DeskTest : public ::testing::Test {
 protected:
  DeskTest() {
    relay_.emplace(std::vector<std::string>{"serve", "--data", (folder_.path() / "relay").string(),
                                            "--listen", "127.0.0.1:0", "--open"});
    address_ = relay_->address();
  }

  std::filesystem::path profile(const std::string& name) const { return folder_.path() / name; }
  /// An attorney and a relative in one room; both conversations are open.
  void meet(Desk& attorney, Desk& relative);
  /// Two relatives, Lee and Park, each in a room with the attorney, who has Lee's open.
  void meet_both(Desk& attorney, Desk& lee, Desk& park);

  magpie::test::TemporaryFolder folder_;
  std::optional<server::test::RelayProcess> relay_;
  std::string address_;
};

}  // namespace magpie::app::test
