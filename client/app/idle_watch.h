// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>

namespace magpie::app {

/// Says when nobody has touched keyboard or mouse for a while.
class IdleWatch : public QObject {
  Q_OBJECT
 public:
  IdleWatch();

  void set_limit(std::chrono::milliseconds limit);
  bool eventFilter(QObject* watched, QEvent* event) override;

 Q_SIGNALS:
  void idle();

 private:
  QTimer timer_;
};

}  // namespace magpie::app
