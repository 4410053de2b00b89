// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <filesystem>
#include <memory>

#include "client/core/client.h"

namespace magpie::app {

/// The one crossing between the core's thread and the GUI thread: events and answers come over as
/// values, in the order in which the core gave them. Lives on the GUI thread.
class CoreBridge : public QObject {
  Q_OBJECT
 public:
  explicit CoreBridge(const std::filesystem::path& profile);
  ~CoreBridge() override;

  client::Client& client() { return *client_; }

  /// A `Done` that calls `answer(Result<T>)` on the GUI thread while `receiver` still is there.
  template <class T, class Answer>
  client::Client::Done<T> answer_to(QObject* receiver, Answer answer) {
    return [this, receiver = QPointer<QObject>(receiver),
            answer = std::move(answer)](Result<T> result) {
      QMetaObject::invokeMethod(
          this,
          [receiver, answer, result = std::move(result)]() mutable {
            if (receiver) answer(std::move(result));
          },
          Qt::QueuedConnection);
    };
  }

 Q_SIGNALS:
  void happened(const magpie::client::Event& event);

 private:
  std::unique_ptr<client::Client> client_;
};

}  // namespace magpie::app
