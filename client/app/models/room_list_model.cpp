// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/models/room_list_model.h"

#include <algorithm>

#include "client/app/models/values.h"

namespace magpie::app {
namespace {

bool is_shown(const client::RoomInfo& room) { return room.kind != client::RoomKind::kIntroduction; }

// By title; rooms of one title by their ids, so that the order never depends on what came first.
bool before(const client::RoomInfo& a, const client::RoomInfo& b) {
  const int order =
      QString::localeAwareCompare(QString::fromStdString(a.title), QString::fromStdString(b.title));
  return order != 0 ? order < 0 : a.id < b.id;
}

}  // namespace

int RoomListModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count();
}

QVariant RoomListModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const client::RoomInfo& room = rooms_[static_cast<std::size_t>(index.row())];
  switch (role) {
    case kRoom:
      return to_text(room.id);
    case kTitle:
    case Qt::DisplayRole:
      return QString::fromStdString(room.title);
    case kUnread:
      return room.unread;
    case kState:
      return static_cast<int>(room.state);
    case kPeople:
      return static_cast<int>(room.members.size());
    default:
      return {};
  }
}

QHash<int, QByteArray> RoomListModel::roleNames() const {
  return {{kRoom, "room"},
          {kTitle, "title"},
          {kUnread, "unread"},
          {kState, "roomState"},
          {kPeople, "people"}};
}

void RoomListModel::reset(std::vector<client::RoomInfo> rooms) {
  beginResetModel();
  rooms_ = std::move(rooms);
  std::erase_if(rooms_, [](const auto& room) { return !is_shown(room); });
  std::ranges::sort(rooms_, before);
  endResetModel();
  Q_EMIT countChanged();
  for (const auto& room : rooms_) Q_EMIT roomChanged(room);
}

void RoomListModel::put(const client::RoomInfo& room) {
  const int row = row_of(room.id);
  if (!is_shown(room)) return;
  const auto old = row < 0 ? rooms_.end() : rooms_.begin() + row;
  if (old != rooms_.end() && old->title == room.title) {
    *old = room;
    Q_EMIT dataChanged(index(row), index(row));
  } else {
    if (old != rooms_.end()) remove(room.id);
    const auto place = std::ranges::upper_bound(rooms_, room, before);
    const int at = static_cast<int>(place - rooms_.begin());
    beginInsertRows({}, at, at);
    rooms_.insert(place, room);
    endInsertRows();
    Q_EMIT countChanged();
  }
  Q_EMIT roomChanged(room);
}

void RoomListModel::remove(const client::RoomId& room) {
  const int row = row_of(room);
  if (row < 0) return;
  beginRemoveRows({}, row, row);
  rooms_.erase(rooms_.begin() + row);
  endRemoveRows();
  Q_EMIT countChanged();
}

int RoomListModel::row_of(const client::RoomId& room) const {
  const auto found = std::ranges::find(rooms_, room, &client::RoomInfo::id);
  return found == rooms_.end() ? -1 : static_cast<int>(found - rooms_.begin());
}

const client::RoomInfo* RoomListModel::find(const client::RoomId& room) const {
  const int row = row_of(room);
  return row < 0 ? nullptr : &rooms_[static_cast<std::size_t>(row)];
}

int RoomListModel::indexOf(const QString& room) const {
  return row_of(id_of<client::RoomId>(room));
}

QString RoomListModel::roomAt(int index) const {
  return index < 0 || index >= count() ? QString()
                                       : to_text(rooms_[static_cast<std::size_t>(index)].id);
}

QString RoomListModel::titleOf(const QString& room) const {
  const auto* found = find(id_of<client::RoomId>(room));
  return found == nullptr ? QString() : QString::fromStdString(found->title);
}

}  // namespace magpie::app
