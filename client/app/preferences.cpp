// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/preferences.h"

#include <QCoreApplication>
#include <QLocale>
#include <QSettings>
#include <QThreadPool>
#include <algorithm>

namespace magpie::app {
namespace {

QString known_language(const QString& wanted) {
  for (const char* known : {"en", "ko", "zh_CN"}) {
    if (wanted == known) return wanted;
  }
  const auto system = QLocale(wanted).language();
  if (system == QLocale::Korean) return "ko";
  if (system == QLocale::Chinese) return "zh_CN";
  return "en";
}

QString known_theme(const QString& wanted) {
  return wanted == "light" || wanted == "dark" ? wanted : QString("auto");
}

QString path_of(const std::filesystem::path& file) { return QString::fromStdString(file.string()); }

}  // namespace

Preferences::Preferences(std::filesystem::path profile, const QString& language,
                         const QString& theme)
    : file_(std::move(profile) / "screen.ini") {
  const QSettings stored(path_of(file_), QSettings::IniFormat);
  const auto chosen = [&](const QString& given, const char* key, const QString& otherwise) {
    return given.isEmpty() ? stored.value(key, otherwise).toString() : given;
  };
  language_ = known_language(chosen(language, "language", QLocale::system().name()));
  theme_ = known_theme(chosen(theme, "theme", "auto"));
  text_scale_ = std::clamp(stored.value("text-scale", 1.0).toDouble(), 1.0, 2.0);
  idle_minutes_ = std::clamp(stored.value("idle-minutes", 10).toInt(), 1, 60);
  install_translator();
}

Preferences::~Preferences() { QCoreApplication::removeTranslator(&translator_); }

void Preferences::install_translator() {
  QCoreApplication::removeTranslator(&translator_);
  if (translator_.load(QString(":/i18n/magpie_%1.qm").arg(language_))) {
    QCoreApplication::installTranslator(&translator_);
  }
}

void Preferences::setLanguage(const QString& language) {
  const QString known = known_language(language);
  if (known == language_) return;
  language_ = known;
  install_translator();
  Q_EMIT languageChanged();
  save();
}

void Preferences::setTheme(const QString& theme) {
  if (known_theme(theme) == theme_) return;
  theme_ = known_theme(theme);
  Q_EMIT themeChanged();
  save();
}

void Preferences::set_system_is_dark(bool dark) {
  if (dark == system_is_dark_) return;
  system_is_dark_ = dark;
  Q_EMIT themeChanged();
}

void Preferences::setTextScale(qreal scale) {
  scale = std::clamp(scale, 1.0, 2.0);
  if (qFuzzyCompare(scale, text_scale_)) return;
  text_scale_ = scale;
  Q_EMIT textScaleChanged();
  save();
}

void Preferences::setIdleMinutes(int minutes) {
  minutes = std::clamp(minutes, 1, 60);
  if (minutes == idle_minutes_) return;
  idle_minutes_ = minutes;
  Q_EMIT idleMinutesChanged();
  save();
}

QFont Preferences::font() const {
  QFont font;
  // One Chinese character has other forms in Korean and Chinese text: the language's font first.
  font.setFamilies(language_ == "ko" ? QStringList{"Noto Sans CJK KR", "Noto Sans"}
                   : language_ == "zh_CN"
                       ? QStringList{"Noto Sans CJK SC", "Noto Sans"}
                       : QStringList{"Noto Sans", "Noto Sans CJK KR", "Noto Sans CJK SC"});
  font.setPixelSize(15);
  return font;
}

void Preferences::save() const {
  if (!vault_exists_) return;
  QThreadPool::globalInstance()->start([file = path_of(file_), language = language_, theme = theme_,
                                        scale = text_scale_, idle = idle_minutes_] {
    QSettings stored(file, QSettings::IniFormat);
    stored.setValue("language", language);
    stored.setValue("theme", theme);
    stored.setValue("text-scale", scale);
    stored.setValue("idle-minutes", idle);
  });
}

}  // namespace magpie::app
