// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/client.h"

#include <algorithm>
#include <atomic>
#include <ctime>
#include <map>

#include "client/core/core_thread.h"
#include "client/core/engine_runner.h"
#include "client/core/passphrase_words.h"
#include "client/core/text.h"
#include "client/core/transport/grpc_transport.h"
#include "client/core/vault/memory_storage.h"
#include "client/core/vault/vault.h"

namespace magpie::client {
namespace {

namespace fs = std::filesystem;

/// Minutes that the local time is ahead of UTC now.
std::int32_t utc_offset_minutes() {
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  if (::localtime_r(&now, &local) == nullptr) return 0;
  return static_cast<std::int32_t>(local.tm_gmtoff / 60);
}

/// Makes the vault, or opens the one whose making was cut short before it had an owner.
Result<std::unique_ptr<Vault>> create_vault(const fs::path& profile, const Secret& passphrase) {
  auto made = Vault::create(profile, passphrase);
  if (made || made.error().code != Errc::kExists) return made;
  auto there = Vault::open(profile, passphrase);
  if (!there && there.error().code == Errc::kWrongPassphrase) return made;
  if (!there) return there;
  MAGPIE_TRY(const auto owner, (*there)->profile());
  if (owner) return made;
  return there;
}

/// Calls `done` once: with the outcome, or with kLocked where whoever was to say it is gone first.
template <class T>
Client::Done<T> answered_for_sure(Client::Done<T> done, const std::atomic<bool>& closing) {
  struct Answer {
    Client::Done<T> done;
    const std::atomic<bool>& closing;
    ~Answer() {
      if (done && !closing) done(fail(Errc::kLocked, "client: locked meanwhile"));
    }
  };
  return [answer = std::shared_ptr<Answer>(new Answer{std::move(done), closing})](
             Result<T> outcome) { std::exchange(answer->done, nullptr)(std::move(outcome)); };
}

}  // namespace

/// Everything but `closing`, `core` and `worker` is of the core's thread alone.
struct Client::Impl {
  struct Settling {
    Time deadline;
    Done<void> done;
  };

  Impl(fs::path folder, EventHandler handler)
      : profile(std::move(folder)), on_event(std::move(handler)) {}
  ~Impl() {
    closing = true;
    core.stop();
    worker.stop();
  }

  /// `act(engine, done)` on the core's thread, where a profile is open.
  template <class T, class Act>
  void with_engine(Done<T> done, Act act) {
    core.post([this, done = std::move(done), act = std::move(act)]() mutable {
      if (!runner) return done(fail(Errc::kLocked, "client: no profile is open"));
      act(runner->engine(), answered_for_sure(std::move(done), closing));
    });
  }

  /// Has `derive` make or open the vault on the worker's thread, and starts its engine.
  template <class Derive>
  void bring_vault(Derive derive, Done<void> opened) {
    if (runner || opening) return opened(fail(Errc::kUsage, "client: a profile is open"));
    opening = true;
    worker.post([this, derive = std::move(derive), opened = std::move(opened)]() mutable {
      auto vault = Derive(std::move(derive))();  // and the passphrase is gone
      core.post([this, vault = std::move(vault), opened = std::move(opened)]() mutable {
        opening = false;
        opened(adopt(std::move(vault)));
        for (const auto& done : std::exchange(to_lock, {})) done({});
      });
    });
  }

  Result<void> adopt(Result<std::unique_ptr<Vault>> vault) {
    MAGPIE_TRY(auto storage, std::move(vault));
    if (!to_lock.empty()) return fail(Errc::kLocked, "client: locked meanwhile");
    runner = std::make_unique<EngineRunner>(transport, core, worker, std::move(storage),
                                            [this](const Event& event) { emit(event); });
    auto started = runner->start();
    if (!started) runner.reset();
    return started;
  }

  void create(CreateProfile request, Done<ProfileInfo> done) {
    // Before anything is on the disk.
    if (clean_name(request.name).empty()) return done(fail(Errc::kUsage, "profile: name"));
    auto derive = [folder = profile, passphrase = std::move(request.passphrase)] {
      return create_vault(folder, passphrase);
    };
    bring_vault(std::move(derive),
                [this, name = std::move(request.name), relay = std::move(request.relay),
                 done = std::move(done)](const Result<void>& opened) {
                  if (!opened) return done(tl::unexpected(opened.error()));
                  runner->engine().create_profile(name, relay, done);
                });
  }

  void open(Secret passphrase, Done<ProfileInfo> done) {
    auto derive = [folder = profile, passphrase = std::move(passphrase)] {
      return Vault::open(folder, passphrase);
    };
    bring_vault(std::move(derive), [this, done = std::move(done)](const Result<void>& opened) {
      if (!opened) return done(tl::unexpected(opened.error()));
      auto owner = runner->engine().profile();
      if (!owner) runner.reset();  // its making was cut short; `create` goes on from there
      done(owner ? owner : fail(Errc::kNotFound, "vault: no owner"));
    });
  }

  void lock(Done<void> done) {
    if (opening) return to_lock.push_back(std::move(done));
    runner.reset();
    answer_settling(Error{Errc::kLocked, "client: locked meanwhile"});
    done({});
  }

  /// With the open profile's engine, which knows its own links; else with one that only reads.
  void preview(std::string link, std::string pin, Done<OfferInfo> done) {
    if (runner) {
      return runner->engine().preview(std::move(link), std::move(pin), system_now(),
                                      answered_for_sure(std::move(done), closing));
    }
    const std::uint64_t number = ++previews_made;
    auto storage = std::make_unique<MemoryStorage>();
    auto reader = std::make_unique<EngineRunner>(transport, core, worker, std::move(storage),
                                                 [](const Event&) {});
    Engine& engine = previews.emplace(number, std::move(reader)).first->second->engine();
    engine.preview(std::move(link), std::move(pin), system_now(),
                   [this, number, done = std::move(done)](Result<OfferInfo> offer) {
                     core.post([this, number] { previews.erase(number); });
                     done(std::move(offer));
                   });
  }

  void join_new(CreateProfile request, const JoinRequest& join, const Done<JoinedInfo>& done) {
    if (Vault::exists(profile)) return done(fail(Errc::kExists, "client: a profile is there"));
    // Done<T> can be copied, a passphrase cannot.
    const auto held = std::make_shared<CreateProfile>(std::move(request));
    preview(join.link, join.pin, [this, held, join, done](const Result<OfferInfo>& offer) {
      if (!offer) return done(tl::unexpected(offer.error()));
      create(std::move(*held), [this, join, done](const Result<ProfileInfo>& owner) {
        if (!owner) return done(tl::unexpected(owner.error()));
        runner->engine().join(join, system_now(), answered_for_sure(done, closing));
      });
    });
  }

  void settle(std::chrono::milliseconds timeout, Done<void> done) {
    if (!runner) return done(fail(Errc::kLocked, "client: no profile is open"));
    const auto usable = runner->engine().profile();  // nothing settles once the vault has failed
    if (!usable) return done(tl::unexpected(usable.error()));
    settling.push_back({system_now() + timeout, std::move(done)});
  }

  void emit(const Event& event) {
    if (const auto* stopped = std::get_if<event::Stopped>(&event)) answer_settling(stopped->error);
    on_event(event);
  }

  void answer_settling(Result<void> outcome) {
    for (const Settling& one : std::exchange(settling, {})) one.done(outcome);
  }
  void answer_settling(Error error) { answer_settling(Result<void>(tl::unexpected(error))); }

  void expire_settling() {
    std::vector<Settling> waiting;
    std::vector<Settling> late;
    for (Settling& one : settling) {
      (one.deadline > system_now() ? waiting : late).push_back(std::move(one));
    }
    settling = std::move(waiting);
    const Error error =
        (runner ? runner->trouble() : std::nullopt).value_or(Error{Errc::kTimedOut, "settle"});
    for (const Settling& one : late) one.done(tl::unexpected(error));
  }

  /// Empty while it is under way.
  std::optional<Result<void>> settled() const {
    if (!runner) return std::nullopt;
    if (runner->engine().settled()) return Result<void>();
    const auto limit = runner->engine().held_back();
    if (limit) return Result<void>(tl::unexpected(*limit));
    return std::nullopt;
  }

  // The core's clock. It is asked after each task, so what a task settled is noticed here.
  Time due() const {
    if (!settling.empty() && settled()) return Time::min();
    Time next = runner ? runner->due() : Time::max();
    for (const auto& [number, reader] : previews) next = std::min(next, reader->due());
    for (const Settling& one : settling) next = std::min(next, one.deadline);
    return next;
  }
  void ring() {
    if (runner) runner->ring();
    for (const auto& [number, reader] : previews) reader->ring();
    if (!settling.empty()) {
      if (const auto outcome = settled()) answer_settling(*outcome);
    }
    expire_settling();
  }

  const fs::path profile;
  const EventHandler on_event;
  std::atomic<bool> closing = false;
  GrpcTransport transport;
  bool opening = false;             ///< the worker has a vault in its hands
  std::vector<Done<void>> to_lock;  ///< asked for meanwhile
  std::vector<Settling> settling;
  std::uint64_t previews_made = 0;
  CoreThread worker;  ///< for Argon2id
  /// Uses everything above from its first instant. The runners, below, are made on it.
  std::map<std::uint64_t, std::unique_ptr<EngineRunner>> previews;
  std::unique_ptr<EngineRunner> runner;
  CoreThread core{{.due = [this] { return due(); }, .ring = [this] { ring(); }}};
};

Client::Client(fs::path profile, EventHandler on_event)
    : impl_(std::make_unique<Impl>(std::move(profile), std::move(on_event))) {}
Client::~Client() = default;

std::string Client::suggest_passphrase() {
  SystemRandom random;
  return client::suggest_passphrase(random);
}

bool Client::profile_exists(const fs::path& profile) { return Vault::exists(profile); }

void Client::create(CreateProfile request, Done<ProfileInfo> done) {
  impl_->core.post(
      [impl = impl_.get(), request = std::move(request), done = std::move(done)]() mutable {
        impl->create(std::move(request), std::move(done));
      });
}

void Client::open(Secret passphrase, Done<ProfileInfo> done) {
  impl_->core.post(
      [impl = impl_.get(), passphrase = std::move(passphrase), done = std::move(done)]() mutable {
        impl->open(std::move(passphrase), std::move(done));
      });
}

void Client::lock(Done<void> done) {
  impl_->core.post([impl = impl_.get(), done = std::move(done)] { impl->lock(done); });
}

void Client::preview(std::string link, std::string pin, Done<OfferInfo> done) {
  impl_->core.post([impl = impl_.get(), link = std::move(link), pin = std::move(pin),
                    done = std::move(done)] { impl->preview(link, pin, done); });
}

void Client::join(JoinRequest request, Done<JoinedInfo> done) {
  impl_->with_engine(std::move(done), [request = std::move(request)](auto& engine, auto answer) {
    engine.join(request, system_now(), std::move(answer));
  });
}

void Client::join_new(CreateProfile profile, JoinRequest request, Done<JoinedInfo> done) {
  impl_->core.post(
      [impl = impl_.get(), profile = std::move(profile), request = std::move(request),
       done = std::move(done)]() mutable { impl->join_new(std::move(profile), request, done); });
}

void Client::introduce(IntroduceRequest request, Done<IntroductionInfo> done) {
  impl_->with_engine(std::move(done), [request = std::move(request)](auto& engine, auto answer) {
    engine.introduce(request, system_now(), std::move(answer));
  });
}

void Client::redeem(std::string code, Done<AllowanceInfo> done) {
  impl_->with_engine(std::move(done), [code = std::move(code)](auto& engine, auto answer) {
    engine.redeem(code, system_now(), std::move(answer));
  });
}

void Client::cancel_introduction(RoomId room, Done<void> done) {
  impl_->with_engine(std::move(done), [room](auto& engine, auto answer) {
    engine.cancel_introduction(room, system_now(), std::move(answer));
  });
}

void Client::send(RoomId room, std::string text, Done<EntryId> done) {
  impl_->with_engine(std::move(done), [room, text = std::move(text)](auto& engine, auto answer) {
    engine.send(room, text, utc_offset_minutes(), system_now(), std::move(answer));
  });
}

void Client::mark_read(RoomId room, Done<void> done) {
  impl_->with_engine(std::move(done), [room](auto& engine, auto answer) {
    engine.mark_read(room, std::move(answer));
  });
}

void Client::save_draft(RoomId room, std::string text, Done<void> done) {
  impl_->with_engine(std::move(done),
                     [room, text = std::move(text)](auto& engine, auto answer) mutable {
                       engine.save_draft(room, std::move(text), std::move(answer));
                     });
}

void Client::drafts(Done<std::vector<DraftInfo>> done) {
  impl_->with_engine(std::move(done), [](auto& engine, auto answer) { answer(engine.drafts()); });
}

void Client::profile(Done<ProfileInfo> done) {
  impl_->with_engine(std::move(done), [](auto& engine, auto answer) { answer(engine.profile()); });
}

void Client::set_relay(RelayAddress relay, Done<void> done) {
  impl_->with_engine(std::move(done), [relay = std::move(relay)](auto& engine, auto answer) {
    engine.set_relay(relay, std::move(answer));
  });
}

void Client::rooms(Done<std::vector<RoomInfo>> done) {
  impl_->with_engine(std::move(done), [](auto& engine, auto answer) { answer(engine.rooms()); });
}

void Client::introductions(Done<std::vector<IntroductionInfo>> done) {
  impl_->with_engine(std::move(done),
                     [](auto& engine, auto answer) { answer(engine.introductions()); });
}

void Client::history(RoomId room, std::size_t before, std::size_t limit,
                     Done<std::vector<MessageInfo>> done) {
  impl_->with_engine(std::move(done), [room, before, limit](auto& engine, auto answer) {
    answer(engine.history(room, before, limit));
  });
}

void Client::safety_number(RoomId room, Fingerprint person, Done<std::string> done) {
  impl_->with_engine(std::move(done), [room, person](auto& engine, auto answer) {
    answer(engine.safety_number(room, person));
  });
}

void Client::verify(RoomId room, Fingerprint person, bool matches, Done<void> done) {
  impl_->with_engine(std::move(done), [room, person, matches](auto& engine, auto answer) {
    engine.verify(room, person, matches, std::move(answer));
  });
}

void Client::settle(std::chrono::milliseconds timeout, Done<void> done) {
  impl_->core.post(
      [impl = impl_.get(), timeout, done = std::move(done)] { impl->settle(timeout, done); });
}

}  // namespace magpie::client
