// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QObject>
#include <QTranslator>
#include <filesystem>

namespace magpie::app {

/// How the program looks and when it locks; nothing here says anything about a person. Kept in
/// the file `screen.ini` beside the vault; written by another thread, and only once a vault is
/// there, so that a first run leaves no trace before its passphrase.
class Preferences : public QObject {
  Q_OBJECT
  Q_PROPERTY(QString language READ language WRITE setLanguage NOTIFY languageChanged)
  Q_PROPERTY(QString theme READ theme WRITE setTheme NOTIFY themeChanged)
  Q_PROPERTY(bool dark READ dark NOTIFY themeChanged)
  Q_PROPERTY(qreal textScale READ textScale WRITE setTextScale NOTIFY textScaleChanged)
  Q_PROPERTY(int idleMinutes READ idleMinutes WRITE setIdleMinutes NOTIFY idleMinutesChanged)
  Q_PROPERTY(QFont font READ font NOTIFY languageChanged)

 public:
  /// Reads the file, before there is a window. `language` and `theme` from the command line go
  /// before it where they are not empty.
  Preferences(std::filesystem::path profile, const QString& language, const QString& theme);
  ~Preferences() override;

  QString language() const { return language_; }
  void setLanguage(const QString& language);
  QString theme() const { return theme_; }
  void setTheme(const QString& theme);
  bool dark() const { return theme_ == "dark" || (theme_ == "auto" && system_is_dark_); }
  void set_system_is_dark(bool dark);
  qreal textScale() const { return text_scale_; }
  void setTextScale(qreal scale);
  int idleMinutes() const { return idle_minutes_; }
  void setIdleMinutes(int minutes);
  QFont font() const;

  void set_vault_exists() { vault_exists_ = true; }
  void save() const;

 Q_SIGNALS:
  void languageChanged();
  void themeChanged();
  void textScaleChanged();
  void idleMinutesChanged();

 private:
  void install_translator();

  std::filesystem::path file_;
  QTranslator translator_;
  QString language_;
  QString theme_;
  bool system_is_dark_ = false;
  bool vault_exists_ = false;
  qreal text_scale_ = 1.0;
  int idle_minutes_ = 10;
};

}  // namespace magpie::app
