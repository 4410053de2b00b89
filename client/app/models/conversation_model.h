// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <vector>

#include "client/app/core_bridge.h"
#include "client/app/models/problem.h"

namespace magpie::app {

/// The messages of the one room that is open, oldest first: the newest page of the history, and
/// earlier pages as they are asked for. And what the room says about itself.
class ConversationModel : public QAbstractListModel {
  Q_OBJECT
  Q_PROPERTY(QString room READ room NOTIFY roomOpened)
  Q_PROPERTY(QString title READ title NOTIFY infoChanged)
  Q_PROPERTY(int state READ state NOTIFY infoChanged)
  Q_PROPERTY(QVariantList members READ members NOTIFY membersChanged)
  Q_PROPERTY(int unread READ unread NOTIFY infoChanged)
  Q_PROPERTY(int notSent READ notSent NOTIFY notSentChanged)
  Q_PROPERTY(bool loaded READ loaded NOTIFY loadedChanged)
  Q_PROPERTY(bool hasEarlier READ hasEarlier NOTIFY loadedChanged)
  Q_PROPERTY(magpie::app::Problem* problem READ problem CONSTANT)

 public:
  enum Role {
    kId = Qt::UserRole,
    kKind,
    kState,
    kSelf,
    kAuthor,
    kText,
    kTime,
    kOffset,
    kDay,
    kGapCount,
    kFollows
  };
  static constexpr std::size_t kPage = 50;

  ConversationModel(CoreBridge& core, const Preferences& preferences);

  QString room() const { return room_; }
  QString title() const { return QString::fromStdString(info_.title); }
  int state() const { return static_cast<int>(info_.state); }
  QVariantList members() const { return members_; }
  int unread() const { return static_cast<int>(info_.unread); }
  /// How many of the messages that are shown the relay refused for good.
  int notSent() const;
  bool loaded() const { return loaded_; }
  bool hasEarlier() const { return has_earlier_; }
  Problem* problem() { return &problem_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  /// Shows this room and asks for its newest page.
  void open(const client::RoomInfo& room);
  void close();
  void update(const client::RoomInfo& room);
  void add(const client::MessageInfo& message);
  void change(const client::MessageInfo& message);

  Q_INVOKABLE void loadEarlier();
  Q_INVOKABLE void markRead();
  /// Queues the text. Where the core refuses it, `refused` brings it back.
  Q_INVOKABLE void send(const QString& text);

 Q_SIGNALS:
  void roomOpened();
  void infoChanged();
  void membersChanged();
  void notSentChanged();
  void loadedChanged();
  void appended(bool own);
  void refused(const QString& room, const QString& text);

 private:
  void set_info(const client::RoomInfo& info);
  void load(std::size_t before);
  void take_page(std::vector<client::MessageInfo> page);
  bool is_shown(const client::MessageInfo& message) const;
  /// Inserts, or replaces and moves.
  void put(const client::MessageInfo& message);
  bool follows(std::size_t row) const;

  CoreBridge& core_;
  const Preferences& preferences_;
  Problem problem_;
  QString room_;
  client::RoomInfo info_;
  QVariantList members_;
  std::vector<client::MessageInfo> messages_;
  bool loaded_ = false;
  bool loading_ = false;
  bool has_earlier_ = false;
  int opened_count_ = 0;  ///< an answer for a room opened before is dropped
};

}  // namespace magpie::app
