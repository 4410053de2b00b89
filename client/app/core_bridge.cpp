// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/core_bridge.h"

namespace magpie::app {

CoreBridge::CoreBridge(const std::filesystem::path& profile) {
  client_ = std::make_unique<client::Client>(profile, [this](const client::Event& event) {
    QMetaObject::invokeMethod(
        this, [this, event] { Q_EMIT happened(event); }, Qt::QueuedConnection);
  });
}

CoreBridge::~CoreBridge() = default;

}  // namespace magpie::app
