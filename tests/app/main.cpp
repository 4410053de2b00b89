// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include <QGuiApplication>
#include <QQuickStyle>
#include <cstdio>

#include "tests/app/support/system_bus.h"

namespace {

// A warning of a screen is a fault of it: a binding that broke, a name that is not there.
void take_message(QtMsgType type, const QMessageLogContext&, const QString& text) {
  std::fprintf(stderr, "%s\n", qPrintable(text));
  if (type == QtWarningMsg && text.startsWith("qrc:/")) ADD_FAILURE() << qPrintable(text);
}

}  // namespace

// Listing the tests needs no display.
int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (GTEST_FLAG_GET(list_tests)) return RUN_ALL_TESTS();
  qInstallMessageHandler(take_message);
  QGuiApplication application(argc, argv);
  QGuiApplication::setQuitOnLastWindowClosed(false);
  magpie::app::test::start_system_bus();
  QQuickStyle::setStyle("Basic");
  return RUN_ALL_TESTS();
}
