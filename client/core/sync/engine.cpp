// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/sync/engine.h"

#include "client/core/introduction/inviter.h"
#include "client/core/safety_number.h"
#include "client/core/sync/engine_impl.h"
#include "client/core/text.h"
#include "client/core/vault/records.h"
#include "crypto/base/check.h"

namespace magpie::client {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;
constexpr std::size_t kDraftSizeMax = std::size_t{1} << 20;

tl::unexpected<Error> stopped_error() { return fail(Errc::kStorage, "engine: stopped"); }

Result<Self> self_of(const ProfileRecord& profile) {
  auto root = crypto::SignKeyPair::from_seed(profile.root_seed.expose());
  if (!root) return fail(Errc::kDamaged, "profile: root seed");
  const Fingerprint fingerprint = fingerprint_of(root->public_key());
  return Self{std::move(*root), fingerprint, profile.name};
}

}  // namespace

Engine::Engine(Storage& storage, Random& random, EngineHost& host)
    : impl_(std::make_unique<Impl>(storage, random, host)) {}
Engine::~Engine() = default;

Result<void> Engine::Impl::start(Time now) {
  latest = now;
  MAGPIE_TRY(profile, storage.profile());
  if (!profile) return {};
  MAGPIE_TRY(self, self_of(*profile));
  MAGPIE_TRY(auto stored_people, storage.people());
  people.load(std::move(stored_people));
  MAGPIE_TRY(auto stored_invitations, storage.invitations());
  MAGPIE_TRY(auto stored_tokens, storage.tokens());
  wallet.load(std::move(stored_invitations), std::move(stored_tokens));
  MAGPIE_TRY(auto stored_introductions, storage.introductions());
  for (IntroductionRecord& record : stored_introductions) {
    introductions.insert_or_assign(record.room, std::move(record));
  }
  MAGPIE_TRY(auto stored_rooms, storage.rooms());
  for (StoredRoom& stored : stored_rooms) {
    const auto introduction = introductions.find(stored.room.room);
    MAGPIE_TRY_VOID(add_room(std::move(stored),
                             introduction == introductions.end() ? nullptr : &introduction->second,
                             false));
  }
  connect_where_needed(now);
  return {};
}

Result<Conversation*> Engine::Impl::add_room(StoredRoom stored, IntroductionRecord* introduction,
                                             bool fresh) {
  const RoomId id = stored.room.room;
  const auto has_line = [this](const RoomId& room, const EntryId& line) {
    const auto found = storage.message(room, line);
    return found && found->has_value();
  };
  MAGPIE_TRY(Conversation room,
             Conversation::load(std::move(stored), introduction,
                                {*self, people, wallet, random, has_line}, fresh));
  return &rooms.emplace(id, std::move(room)).first->second;
}

Conversation* Engine::Impl::find_room(const RoomId& id) {
  const auto found = rooms.find(id);
  return found == rooms.end() ? nullptr : &found->second;
}

Result<void> Engine::Impl::usable() const {
  if (stopped) return stopped_error();
  if (!self) return fail(Errc::kLocked, "engine: no profile");
  return {};
}

void Engine::create_profile(std::string name, std::optional<RelayAddress> relay,
                            Done<ProfileInfo> done) {
  Impl& engine = *impl_;
  if (engine.stopped) return done(stopped_error());
  if (engine.profile) return done(fail(Errc::kExists, "profile: is there"));
  const std::string shown = clean_name(name);
  if (shown.empty()) return done(fail(Errc::kUsage, "profile: name"));
  ProfileRecord record{shown, engine.random.secret(32), std::move(relay)};
  auto self = self_of(record);
  MAGPIE_CHECK(self.has_value());
  Changes changes;
  changes.emplace_back(clone(record));
  engine.profile = std::move(record);
  engine.self = std::move(*self);
  if (!engine.flush(std::move(changes), engine.latest)) return done(stopped_error());
  done(profile());
}

void Engine::introduce(IntroduceRequest request, Time now, Done<IntroductionInfo> done) {
  Impl& engine = *impl_;
  engine.see(now);
  if (const auto usable = engine.usable(); !usable) return done(tl::unexpected(usable.error()));
  if (!engine.profile->relay) return done(fail(Errc::kUsage, "introduce: no relay"));
  const auto possible = check(request);
  if (!possible) return done(tl::unexpected(possible.error()));
  // std::function can be copied, a seed cannot.
  const auto seed = std::make_shared<Secret>(engine.random.secret(Link::kSeedSize));
  std::string pin = request.pin;
  engine.derive_keys(*seed, std::move(pin),
                     [&engine, seed, request = std::move(request),
                      done = std::move(done)](const Result<IntroductionKeys>& keys) {
                       engine.introduce(request, std::move(*seed), keys, done);
                     });
}

// Without a PIN they cost next to nothing.
void Engine::Impl::derive_keys(const Secret& seed, std::string pin, KeysDone done) {
  if (pin.empty()) return done(derive_introduction_keys(seed, pin));
  host.derive_keys(seed.clone(), std::move(pin), std::move(done));
}

void Engine::Impl::introduce(const IntroduceRequest& request, Secret seed,
                             const Result<IntroductionKeys>& keys, Done<IntroductionInfo> done) {
  if (stopped) return done(stopped_error());
  if (!keys) return done(tl::unexpected(keys.error()));
  const Time now = latest;
  auto made =
      make_introduction(request, std::move(seed), *keys, *profile->relay, *self, now, random);
  if (!made) return done(tl::unexpected(made.error()));
  const RoomId id = made->introduction.room;
  Changes changes = changes_of(made->room);
  changes.emplace_back(clone(made->introduction));
  IntroductionRecord& record =
      introductions.insert_or_assign(id, std::move(made->introduction)).first->second;
  auto room = add_room(std::move(made->room), &record, true);
  MAGPIE_CHECK(room.has_value());
  auto answer = [this, id, done = std::move(done)](const Result<void>& outcome) {
    if (!outcome) return done(tl::unexpected(outcome.error()));
    done(introduction_info(introductions.at(id)));
  };
  waiters.insert_or_assign(id, Waiter{now + kPatience, std::move(answer)});
  open_room(**room, now);
  touch(id);
  if (flush(std::move(changes), now)) connect_where_needed(now);
}

void Engine::redeem(std::string code, Time now, Done<AllowanceInfo> done) {
  Impl& engine = *impl_;
  engine.see(now);
  if (const auto usable = engine.usable(); !usable) return done(tl::unexpected(usable.error()));
  if (!engine.profile->relay) return done(fail(Errc::kUsage, "redeem: no relay"));
  const auto parsed = parse_invitation(code);
  if (!parsed) return done(fail(Errc::kUsage, "invitation: code"));
  const RelayAddress relay = *engine.profile->relay;
  engine.wallet.add(relay, *parsed);
  engine.redeemers.push_back({relay, now + kPatience, std::move(done)});
  if (!engine.flush({}, now)) return;
  if (const auto found = engine.relays.find(relay); found != engine.relays.end()) {
    // Somebody waits: a relay that failed a while ago is tried at once.
    if (found->second.state == Impl::Relay::State::kIdle) found->second.retry_at = now;
  }
  engine.redeem_waiting(relay, now);
  engine.connect_where_needed(now);
}

void Engine::cancel_introduction(const RoomId& id, Time now, Done<void> done) {
  Impl& engine = *impl_;
  engine.see(now);
  if (const auto usable = engine.usable(); !usable) return done(usable);
  Conversation* room = engine.find_room(id);
  if (room == nullptr) return done(fail(Errc::kNotFound, "introduction: not here"));
  if (const auto ended = room->end_introduction(now); !ended) return done(ended);
  engine.touch(id);
  if (!engine.flush({}, now)) return done(stopped_error());
  done({});
}

void Engine::preview(std::string link, std::string pin, Time now, Done<OfferInfo> done) {
  impl_->read_offer(link, std::move(pin), now, std::move(done), nullptr);
}

void Engine::join(JoinRequest request, Time now, Done<JoinedInfo> done) {
  if (const auto usable = impl_->usable(); !usable) return done(tl::unexpected(usable.error()));
  impl_->read_offer(request.link, std::move(request.pin), now, nullptr, std::move(done));
}

void Engine::Impl::read_offer(std::string_view text, std::string pin, Time now,
                              Done<OfferInfo> previewed, Done<JoinedInfo> joined) {
  see(now);
  auto parsed = parse_link(text);
  if (!parsed) return read_offer(tl::unexpected(parsed.error()), previewed, joined);
  const auto link = std::make_shared<Link>(std::move(*parsed));
  if (!link->needs_pin) pin.clear();
  derive_keys(link->seed, std::move(pin),
              [this, link, previewed = std::move(previewed),
               joined = std::move(joined)](Result<IntroductionKeys> keys) {
                if (!keys) return read_offer(tl::unexpected(keys.error()), previewed, joined);
                read_offer(OfferReader::make(std::move(*link), std::move(*keys)), previewed,
                           joined);
              });
}

void Engine::Impl::read_offer(Result<OfferReader> reader, Done<OfferInfo> previewed,
                              Done<JoinedInfo> joined) {
  const Time now = latest;
  const auto refuse = [&](Error error) {
    if (previewed) previewed(tl::unexpected(error));
    if (joined) joined(tl::unexpected(error));
  };
  if (stopped) return refuse({Errc::kStorage, "engine: stopped"});
  if (!reader) return refuse(reader.error());
  const RoomId id = reader->keys().room;
  if (rooms.contains(id) || introductions.contains(id)) {
    return refuse({Errc::kExists, "join: is here already"});
  }
  if (readings.contains(id)) return refuse({Errc::kUsage, "join: under way"});
  const RelayAddress address = reader->link().relay;
  const auto added = readings.emplace(
      id, Reading{std::move(*reader), now + kPatience, std::move(previewed), std::move(joined)});
  if (const auto relay = relays.find(address);
      relay != relays.end() && relay->second.state == Relay::State::kConnected) {
    request(relay->second, address, id, added.first->second.reader.attach(relay->second.greeting));
  } else {
    // Somebody waits: a relay that failed a while ago is tried at once.
    if (relay != relays.end()) relay->second.retry_at = now;
    connect_where_needed(now);
  }
}

void Engine::Impl::finish_reading(const RoomId& id, Result<FoundOffer> outcome, Time now) {
  const auto found = readings.find(id);
  Reading reading = std::move(found->second);
  readings.erase(found);
  forget_requests(id);
  if (reading.previewed) {
    Result<OfferInfo> info = outcome.map([&](const FoundOffer& offer) {
      return OfferInfo{offer.offer.name, offer.offer.greeting, reading.reader.link().inviter, id};
    });
    const RelayAddress& address = reading.reader.link().relay;
    if (const auto relay = relays.find(address);
        relay != relays.end() && relay->second.state == Relay::State::kConnected) {
      request(relay->second, address, id, frames::Detach{id});
    }
    callbacks.emplace_back([done = std::move(reading.previewed), info] { done(info); });
    return connect_where_needed(now);
  }
  Result<RoomId> joined =
      outcome.and_then([&](const FoundOffer& offer) { return join_found(reading, offer, now); });
  if (joined) {
    JoinedInfo info{id, outcome->offer.name, reading.reader.link().inviter};
    auto answer = [done = std::move(reading.joined), info](const Result<void>& established) {
      if (!established) return done(tl::unexpected(established.error()));
      done(info);
    };
    waiters.insert_or_assign(id, Waiter{now + kPatience, std::move(answer)});
  } else {
    const Error error = joined.error();
    callbacks.emplace_back(
        [done = std::move(reading.joined), error] { done(tl::unexpected(error)); });
    connect_where_needed(now);
  }
}

// The room is stored, with its group and Welcome, before the relay hears of them.
Result<RoomId> Engine::Impl::join_found(const Reading& reading, const FoundOffer& found, Time now) {
  MAGPIE_TRY(StoredRoom stored, accept_offer(reading.reader, found, *self, now, random));
  Changes changes = changes_of(stored);
  const RoomId id = stored.room.room;
  MAGPIE_TRY(Conversation * room, add_room(std::move(stored), nullptr, true));
  if (!flush(std::move(changes), now)) return stopped_error();
  open_room(*room, now);
  return id;
}

void Engine::send(const RoomId& id, std::string text, std::int32_t utc_offset_minutes, Time now,
                  Done<EntryId> done) {
  Impl& engine = *impl_;
  engine.see(now);
  if (const auto usable = engine.usable(); !usable) return done(tl::unexpected(usable.error()));
  Conversation* room = engine.find_room(id);
  if (room == nullptr) return done(fail(Errc::kNotFound, "send: no such room"));
  const auto sent = room->send_text(std::move(text), utc_offset_minutes, now);
  if (!sent) return done(sent);
  engine.touch(id);
  if (!engine.flush({}, now)) return done(stopped_error());
  done(sent);
}

void Engine::mark_read(const RoomId& id, Done<void> done) {
  Impl& engine = *impl_;
  if (const auto usable = engine.usable(); !usable) return done(usable);
  Conversation* room = engine.find_room(id);
  if (room == nullptr) return done(fail(Errc::kNotFound, "read: no such room"));
  room->mark_read();
  engine.touch(id);
  if (!engine.flush({}, engine.latest)) return done(stopped_error());
  done({});
}

void Engine::save_draft(const RoomId& id, std::string text, Done<void> done) {
  Impl& engine = *impl_;
  if (const auto usable = engine.usable(); !usable) return done(usable);
  if (engine.find_room(id) == nullptr) return done(fail(Errc::kNotFound, "draft: no such room"));
  if (!is_utf8(text)) return done(fail(Errc::kUsage, "draft: text"));
  if (text.size() > kDraftSizeMax) return done(fail(Errc::kTooLarge, "draft: text"));
  Changes changes;
  changes.emplace_back(DraftRecord{id, std::move(text)});
  if (!engine.flush(std::move(changes), engine.latest)) return done(stopped_error());
  done({});
}

void Engine::set_relay(RelayAddress relay, Done<void> done) {
  Impl& engine = *impl_;
  if (const auto usable = engine.usable(); !usable) return done(usable);
  engine.profile->relay = std::move(relay);
  Changes changes;
  changes.emplace_back(clone(*engine.profile));
  if (!engine.flush(std::move(changes), engine.latest)) return done(stopped_error());
  done({});
}

void Engine::verify(const RoomId& id, const Fingerprint& person, bool matches, Done<void> done) {
  Impl& engine = *impl_;
  if (const auto usable = engine.usable(); !usable) return done(usable);
  Conversation* room = engine.find_room(id);
  const auto root = room == nullptr ? std::nullopt : room->member_root(person);
  if (!root || person == engine.self->fingerprint) {
    return done(fail(Errc::kNotFound, "verify: no such member"));
  }
  engine.people.set_numbers_compared(*root, matches);
  for (auto& [other, conversation] : engine.rooms) {
    if (!conversation.member_root(person)) continue;
    conversation.compared(matches, engine.latest);
    engine.touch(other);
  }
  if (matches) room->end_fork(engine.latest);
  if (!engine.flush({}, engine.latest)) return done(stopped_error());
  done({});
}

Result<void> Engine::start(Time now) { return impl_->start(now); }

void Engine::connected(const RelayAddress& relay, const frames::Greeting& greeting, Time now) {
  impl_->see(now);
  if (!impl_->stopped) impl_->connected(relay, greeting, now);
}

void Engine::disconnected(const RelayAddress& relay, Error error, Time now) {
  impl_->see(now);
  if (!impl_->stopped) impl_->disconnected(relay, error, now);
}

void Engine::received(const RelayAddress& relay, frames::ServerFrame frame, Time now) {
  impl_->see(now);
  if (!impl_->stopped) impl_->received(relay, std::move(frame), now);
}

void Engine::tick(Time now) {
  impl_->see(now);
  if (!impl_->stopped) impl_->tick(now);
}

Time Engine::next_tick() const { return impl_->stopped ? Time::max() : impl_->next_tick(); }

Result<ProfileInfo> Engine::profile() const {
  MAGPIE_TRY_VOID(impl_->usable());
  return ProfileInfo{impl_->self->name, impl_->self->fingerprint, impl_->profile->relay};
}

std::vector<RoomInfo> Engine::rooms() const {
  std::vector<RoomInfo> rooms;
  for (const auto& [id, room] : impl_->rooms) rooms.push_back(impl_->room_info(room));
  return rooms;
}

std::vector<IntroductionInfo> Engine::introductions() const {
  std::vector<IntroductionInfo> introductions;
  for (const auto& [id, record] : impl_->introductions) {
    introductions.push_back(impl_->introduction_info(record));
  }
  return introductions;
}

Result<std::vector<MessageInfo>> Engine::history(const RoomId& room, std::size_t before,
                                                 std::size_t limit) const {
  MAGPIE_TRY_VOID(impl_->usable());
  if (!impl_->rooms.contains(room)) return fail(Errc::kNotFound, "history: no such room");
  MAGPIE_TRY(const auto records, impl_->storage.messages(room, before, limit));
  std::vector<MessageInfo> messages;
  messages.reserve(records.size());
  for (const MessageRecord& record : records) messages.push_back(impl_->message_info(record));
  return messages;
}

Result<std::vector<DraftInfo>> Engine::drafts() const {
  MAGPIE_TRY_VOID(impl_->usable());
  MAGPIE_TRY(auto records, impl_->storage.drafts());
  std::vector<DraftInfo> drafts;
  drafts.reserve(records.size());
  for (DraftRecord& record : records) drafts.push_back({record.room, std::move(record.text)});
  return drafts;
}

Result<std::string> Engine::safety_number(const RoomId& id, const Fingerprint& person) const {
  MAGPIE_TRY_VOID(impl_->usable());
  const Conversation* room = impl_->find_room(id);
  const auto root = room == nullptr ? std::nullopt : room->member_root(person);
  if (!root || person == impl_->self->fingerprint) {
    return fail(Errc::kNotFound, "safety number: no such member");
  }
  return client::safety_number(impl_->self->root.public_key(), *root);
}

bool Engine::settled() const {
  if (!impl_->readings.empty() || !impl_->waiters.empty() || !impl_->redeemers.empty()) {
    return false;
  }
  for (const auto& [id, room] : impl_->rooms) {
    if (!room.settled()) return false;
  }
  return true;
}

std::optional<Error> Engine::held_back() const {
  std::optional<Error> limit;
  if (!impl_->readings.empty() || !impl_->waiters.empty()) return limit;
  for (const auto& [id, room] : impl_->rooms) {
    if (room.settled()) continue;
    if (!room.held_back()) return std::nullopt;
    limit = room.held_back();
  }
  return limit;
}

std::optional<Engine::GroupView> Engine::group_view(const RoomId& id) const {
  const Conversation* room = impl_->find_room(id);
  if (room == nullptr || room->group() == nullptr) return std::nullopt;
  return GroupView{room->group()->epoch().value(), to_buffer(room->group()->epoch_authenticator())};
}

}  // namespace magpie::client
