// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <vector>

#include "client/core/event.h"

namespace magpie::app {

/// The rooms that people write in, by title. An introduction that waits is no room yet.
class RoomListModel : public QAbstractListModel {
  Q_OBJECT
  Q_PROPERTY(int count READ count NOTIFY countChanged)

 public:
  enum Role { kRoom = Qt::UserRole, kTitle, kUnread, kState, kPeople };

  int count() const { return static_cast<int>(rooms_.size()); }
  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  void reset(std::vector<client::RoomInfo> rooms);
  void put(const client::RoomInfo& room);
  void remove(const client::RoomId& room);
  /// Null where there is none.
  const client::RoomInfo* find(const client::RoomId& room) const;

  Q_INVOKABLE int indexOf(const QString& room) const;
  /// Empty where `index` is outside.
  Q_INVOKABLE QString roomAt(int index) const;
  Q_INVOKABLE QString titleOf(const QString& room) const;

 Q_SIGNALS:
  void countChanged();
  void roomChanged(const magpie::client::RoomInfo& room);

 private:
  int row_of(const client::RoomId& room) const;

  std::vector<client::RoomInfo> rooms_;
};

}  // namespace magpie::app
