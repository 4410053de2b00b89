// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCommandLineParser>
#include <QGuiApplication>
#include <QQuickStyle>
#include <QStandardPaths>

#include "client/app/program.h"
#include "client/core/harden.h"

namespace magpie::app {
namespace {

ProgramOptions read_options(const QGuiApplication& application) {
  QCommandLineParser parser;
  parser.addHelpOption();
  const QCommandLineOption profile("profile", "The folder of the vault.", "DIR");
  const QCommandLineOption language("language", "en, ko or zh_CN.", "LANGUAGE");
  const QCommandLineOption theme("theme", "light, dark or auto.", "THEME");
  parser.addOptions({profile, language, theme});
  parser.process(application);
  const QString folder = parser.isSet(profile)
                             ? parser.value(profile)
                             : QStandardPaths::writableLocation(QStandardPaths::AppDataLocation);
  return {folder.toStdString(), parser.value(language), parser.value(theme)};
}

int run(int argc, char** argv) {
  client::harden_process();
  QCoreApplication::setApplicationName("magpie");
  QGuiApplication application(argc, argv);
  QQuickStyle::setStyle("Basic");
  Program program(read_options(application));
  return program.window() == nullptr ? 1 : QGuiApplication::exec();
}

}  // namespace
}  // namespace magpie::app

int main(int argc, char** argv) { return magpie::app::run(argc, argv); }
