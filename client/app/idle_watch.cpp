// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/idle_watch.h"

#include <QCoreApplication>
#include <QEvent>

namespace magpie::app {

IdleWatch::IdleWatch() {
  timer_.setSingleShot(true);
  connect(&timer_, &QTimer::timeout, this, &IdleWatch::idle);
  QCoreApplication::instance()->installEventFilter(this);
}

void IdleWatch::set_limit(std::chrono::milliseconds limit) { timer_.start(limit); }

bool IdleWatch::eventFilter(QObject* watched, QEvent* event) {
  switch (event->type()) {
    case QEvent::KeyPress:
    case QEvent::MouseButtonPress:
    case QEvent::MouseMove:
    case QEvent::Wheel:
    case QEvent::TouchBegin:
    case QEvent::InputMethod:
      timer_.start();
      break;
    default:
      break;
  }
  return QObject::eventFilter(watched, event);
}

}  // namespace magpie::app
