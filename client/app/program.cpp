// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/program.h"

#include <QtQml>

#include "client/app/drawing/icon.h"
#include "client/app/drawing/qr_code.h"

namespace magpie::app {
namespace {

constexpr const char* kSessionProperty = "magpie.session";

// One Session an engine, made by C++ before the engine asks for it.
QObject* session_of(QQmlEngine* engine, QJSEngine*) {
  auto* session = engine->property(kSessionProperty).value<QObject*>();
  QJSEngine::setObjectOwnership(session, QJSEngine::CppOwnership);
  return session;
}

void register_types() {
  static const bool done = [] {
    qmlRegisterSingletonType<Session>("Magpie.Core", 1, 0, "Session", session_of);
    qmlRegisterType<Icon>("Magpie.Core", 1, 0, "Icon");
    qmlRegisterType<QrCode>("Magpie.Core", 1, 0, "QrCode");
    qmlRegisterUncreatableType<Preferences>("Magpie.Core", 1, 0, "Preferences", {});
    qmlRegisterUncreatableType<Problem>("Magpie.Core", 1, 0, "Problem", {});
    qmlRegisterUncreatableType<RoomListModel>("Magpie.Core", 1, 0, "RoomListModel", {});
    qmlRegisterUncreatableType<ConversationModel>("Magpie.Core", 1, 0, "ConversationModel", {});
    qmlRegisterUncreatableType<IntroductionModel>("Magpie.Core", 1, 0, "IntroductionModel", {});
    return true;
  }();
  Q_UNUSED(done);
}

}  // namespace

Program::Program(const ProgramOptions& options)
    : preferences_(options.profile, options.language, options.theme),
      appearance_(preferences_),
      session_(options.profile, preferences_) {
  register_types();
  engine_.setProperty(kSessionProperty, QVariant::fromValue<QObject*>(&session_));
  engine_.addImportPath("qrc:/qt/qml");
  QObject::connect(&preferences_, &Preferences::languageChanged, &engine_,
                   &QQmlEngine::retranslate);
  engine_.load(QUrl("qrc:/qt/qml/Magpie/Main.qml"));
}

QQuickWindow* Program::window() const {
  return engine_.rootObjects().isEmpty()
             ? nullptr
             : qobject_cast<QQuickWindow*>(engine_.rootObjects().first());
}

}  // namespace magpie::app
