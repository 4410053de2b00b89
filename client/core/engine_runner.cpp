// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/engine_runner.h"

namespace magpie::client {

EngineRunner::EngineRunner(Transport& transport, CoreThread& core, CoreThread& worker,
                           std::unique_ptr<Storage> storage, Emit emit)
    : transport_(transport),
      core_(core),
      worker_(worker),
      storage_(std::move(storage)),
      emit_(std::move(emit)),
      engine_(*storage_, random_, *this) {}

EngineRunner::~EngineRunner() = default;

template <class Work>
void EngineRunner::post(Work work) {
  core_.post([weak = std::weak_ptr(self_), work = std::move(work)]() mutable {
    if (const auto self = weak.lock()) work(**self);
  });
}

void EngineRunner::connect(const RelayAddress& relay) {
  const std::uint64_t number = ++lines_made_;
  SessionCallbacks callbacks{
      .received =
          [this, relay, number](frames::ServerFrame frame) {
            post([relay, number, frame = std::move(frame)](EngineRunner& self) mutable {
              self.received(relay, number, std::move(frame));
            });
          },
      .closed =
          [this, relay, number](Error error) {
            post([relay, number, error](EngineRunner& self) { self.closed(relay, number, error); });
          }};
  lines_.insert_or_assign(relay, Line{number, transport_.connect(relay, std::move(callbacks))});
}

void EngineRunner::disconnect(const RelayAddress& relay) {
  lines_.erase(relay);
  trouble_.erase(relay);
}

void EngineRunner::send(const RelayAddress& relay, frames::ClientFrame frame) {
  const auto line = lines_.find(relay);
  if (line != lines_.end()) line->second.session->send(std::move(frame));
}

void EngineRunner::derive_keys(Secret seed, std::string pin,
                               std::function<void(Result<IntroductionKeys>)> done) {
  worker_.post([&core = core_, weak = std::weak_ptr(self_), seed = std::move(seed),
                pin = std::move(pin), done = std::move(done)]() mutable {
    core.post([weak, keys = derive_introduction_keys(seed, pin), done = std::move(done)]() mutable {
      if (const auto self = weak.lock()) done(std::move(keys));
    });
  });
}

bool EngineRunner::is_current(const RelayAddress& relay, std::uint64_t number) const {
  const auto line = lines_.find(relay);
  return line != lines_.end() && line->second.number == number;
}

void EngineRunner::received(const RelayAddress& relay, std::uint64_t number,
                            frames::ServerFrame frame) {
  if (!is_current(relay, number)) return;
  if (const auto* greeting = std::get_if<frames::Greeting>(&frame)) {
    trouble_.erase(relay);
    engine_.connected(relay, *greeting, system_now());
  } else {
    engine_.received(relay, std::move(frame), system_now());
  }
  if (is_current(relay, number)) lines_.at(relay).session->consumed();
}

void EngineRunner::closed(const RelayAddress& relay, std::uint64_t number, Error error) {
  if (!is_current(relay, number)) return;
  lines_.erase(relay);  // first, because the engine may ask for the next one at once
  trouble_.insert_or_assign(relay, error);
  engine_.disconnected(relay, error, system_now());
}

std::optional<Error> EngineRunner::trouble() const {
  if (trouble_.empty()) return std::nullopt;
  return trouble_.begin()->second;
}

}  // namespace magpie::client
