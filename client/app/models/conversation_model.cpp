// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/models/conversation_model.h"

#include <algorithm>

#include "client/app/models/values.h"

namespace magpie::app {
namespace {

using client::MessageInfo;

// The log's order; what is not in the log yet comes last, in the order of writing.
bool before(const MessageInfo& a, const MessageInfo& b) {
  if (a.sequence == 0 || b.sequence == 0) return a.sequence != 0 && b.sequence == 0;
  return a.sequence < b.sequence;
}

}  // namespace

ConversationModel::ConversationModel(CoreBridge& core, const Preferences& preferences)
    : core_(core), preferences_(preferences), problem_(preferences) {
  connect(&preferences, &Preferences::languageChanged, this, [this] {
    if (!messages_.empty()) Q_EMIT dataChanged(index(0), index(rowCount() - 1), {kDay});
  });
  for (const auto signal : {&ConversationModel::loadedChanged, &ConversationModel::roomOpened}) {
    connect(this, signal, this, &ConversationModel::notSentChanged);
  }
  connect(this, &ConversationModel::dataChanged, this, &ConversationModel::notSentChanged);
}

int ConversationModel::notSent() const {
  return static_cast<int>(
      std::ranges::count(messages_, client::MessageState::kNotSent, &MessageInfo::state));
}

int ConversationModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(messages_.size());
}

// One person's messages of one minute stand together under one name.
bool ConversationModel::follows(std::size_t row) const {
  if (row == 0) return false;
  const MessageInfo& last = messages_[row - 1];
  const MessageInfo& here = messages_[row];
  return last.kind != client::MessageKind::kGap && last.from == here.from &&
         last.self == here.self && here.at - last.at < std::chrono::minutes(2) &&
         local_time(last.at).date() == local_time(here.at).date();
}

QVariant ConversationModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const auto row = static_cast<std::size_t>(index.row());
  const MessageInfo& message = messages_[row];
  switch (role) {
    case kId:
      return to_text(message.id);
    case kKind:
      return static_cast<int>(message.kind);
    case kState:
      return static_cast<int>(message.state);
    case kSelf:
      return message.self;
    case kAuthor:
      return QString::fromStdString(message.from_name);
    case kText:
    case Qt::DisplayRole:
      return QString::fromStdString(message.text);
    case kTime:
      return local_time(message.at).toString("HH:mm");
    case kOffset:
      return utc_offset(local_time(message.at));
    case kDay:
      return locale_of(preferences_.language())
          .toString(local_time(message.at).date(), QLocale::LongFormat);
    case kGapCount:
      return static_cast<int>(std::min<std::uint64_t>(message.gap_count, 999'999));
    case kFollows:
      return follows(row);
    default:
      return {};
  }
}

QHash<int, QByteArray> ConversationModel::roleNames() const {
  return {{kId, "messageId"},     {kKind, "kind"},      {kState, "messageState"},
          {kSelf, "own"},         {kAuthor, "author"},  {kText, "body"},
          {kTime, "time"},        {kOffset, "offset"},  {kDay, "day"},
          {kGapCount, "missing"}, {kFollows, "follows"}};
}

void ConversationModel::open(const client::RoomInfo& room) {
  close();
  room_ = to_text(room.id);
  set_info(room);
  Q_EMIT roomOpened();
  load(0);
}

void ConversationModel::close() {
  ++opened_count_;
  beginResetModel();
  messages_.clear();
  endResetModel();
  room_.clear();
  set_info({});
  loaded_ = loading_ = has_earlier_ = false;
  problem_.clear();
  Q_EMIT roomOpened();
  Q_EMIT loadedChanged();
}

void ConversationModel::update(const client::RoomInfo& room) {
  if (room_.isEmpty() || room.id != info_.id) return;
  set_info(room);
}

// A list of members that stays the same is not told anew: whoever compares a number keeps it.
void ConversationModel::set_info(const client::RoomInfo& info) {
  info_ = info;
  Q_EMIT infoChanged();
  QVariantList members = members_of(info);
  if (members == members_) return;
  members_ = std::move(members);
  Q_EMIT membersChanged();
}

void ConversationModel::load(std::size_t before) {
  loading_ = true;
  auto done = core_.answer_to<std::vector<MessageInfo>>(
      this, [this, opened = opened_count_](Result<std::vector<MessageInfo>> page) {
        if (opened != opened_count_) return;
        loading_ = false;
        if (page) return take_page(*std::move(page));
        problem_.set(page.error());
      });
  core_.client().history(info_.id, before, kPage, std::move(done));
}

void ConversationModel::take_page(std::vector<MessageInfo> page) {
  has_earlier_ = page.size() == kPage;
  // What was written since the page was asked for has moved it.
  std::erase_if(page, [this](const MessageInfo& message) { return is_shown(message); });
  if (!page.empty()) {
    beginInsertRows({}, 0, static_cast<int>(page.size()) - 1);
    messages_.insert(messages_.begin(), page.begin(), page.end());
    endInsertRows();
  }
  loaded_ = true;
  Q_EMIT loadedChanged();
}

void ConversationModel::loadEarlier() {
  if (has_earlier_ && !loading_) load(messages_.size());
}

bool ConversationModel::is_shown(const MessageInfo& message) const {
  return std::ranges::find(messages_, message.id, &MessageInfo::id) != messages_.end();
}

// Events and answers come in the core's order: what came before the first page is in it. And what
// is older than the pages that are shown comes with its own.
void ConversationModel::add(const MessageInfo& message) {
  if (message.room != info_.id || !loaded_ || is_shown(message)) return;
  if (has_earlier_ && !messages_.empty() && before(message, messages_.front())) return;
  put(message);
  Q_EMIT appended(message.self);
}

void ConversationModel::change(const MessageInfo& message) {
  if (message.room == info_.id && is_shown(message)) put(message);
}

void ConversationModel::put(const MessageInfo& message) {
  const auto old = std::ranges::find(messages_, message.id, &MessageInfo::id);
  if (old != messages_.end()) {
    const int row = static_cast<int>(old - messages_.begin());
    const bool in_place = (old == messages_.begin() || !before(message, *(old - 1))) &&
                          (old + 1 == messages_.end() || !before(*(old + 1), message));
    if (in_place) {
      *old = message;
      Q_EMIT dataChanged(index(row), index(row));
      return;
    }
    beginRemoveRows({}, row, row);
    messages_.erase(old);
    endRemoveRows();
  }
  const auto place = std::ranges::upper_bound(messages_, message, before);
  const int row = static_cast<int>(place - messages_.begin());
  beginInsertRows({}, row, row);
  messages_.insert(place, message);
  endInsertRows();
  if (row + 1 < rowCount()) Q_EMIT dataChanged(index(row + 1), index(row + 1), {kFollows});
}

void ConversationModel::markRead() {
  if (room_.isEmpty() || info_.unread == 0) return;
  core_.client().mark_read(info_.id, core_.answer_to<void>(this, [this](Result<void> done) {
    if (!done) problem_.set(done.error());
  }));
}

void ConversationModel::send(const QString& text) {
  problem_.clear();
  auto done = core_.answer_to<client::EntryId>(
      this, [this, room = room_, text](Result<client::EntryId> sent) {
        if (sent) return;
        if (room == room_) problem_.set(sent.error());
        Q_EMIT refused(room, text);
      });
  core_.client().send(info_.id, text.toStdString(), std::move(done));
}

}  // namespace magpie::app
