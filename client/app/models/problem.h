// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <optional>

#include "client/app/error_text.h"
#include "client/app/preferences.h"

namespace magpie::app {

/// What went wrong last, as a sentence that follows the language; empty where nothing did.
class Problem : public QObject {
  Q_OBJECT
  Q_PROPERTY(QString text READ text NOTIFY changed)

 public:
  explicit Problem(const Preferences& preferences) {
    connect(&preferences, &Preferences::languageChanged, this, &Problem::changed);
  }

  QString text() const { return code_ ? error_text(*code_) : QString(); }
  void set(const Error& error) {
    code_ = error.code;
    Q_EMIT changed();
  }
  Q_INVOKABLE void clear() {
    if (!code_) return;
    code_.reset();
    Q_EMIT changed();
  }

 Q_SIGNALS:
  void changed();

 private:
  std::optional<Errc> code_;
};

}  // namespace magpie::app
