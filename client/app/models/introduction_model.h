// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractListModel>
#include <vector>

#include "client/app/core_bridge.h"
#include "client/app/models/problem.h"

namespace magpie::app {

/// The introductions that were made here, newest first, and the making of one.
class IntroductionModel : public QAbstractListModel {
  Q_OBJECT
  Q_PROPERTY(int count READ count NOTIFY countChanged)
  Q_PROPERTY(bool busy READ busy NOTIFY busyChanged)
  Q_PROPERTY(magpie::app::Problem* problem READ problem CONSTANT)
  /// The relay makes no more rooms without an invitation code.
  Q_PROPERTY(bool needsInvitation READ needs_invitation NOTIFY needsInvitationChanged)

 public:
  enum Role { kRoom = Qt::UserRole, kLabel, kLink, kState, kExpires, kUsed, kAttempts };

  IntroductionModel(CoreBridge& core, const Preferences& preferences);

  int count() const { return static_cast<int>(introductions_.size()); }
  bool busy() const { return busy_; }
  bool needs_invitation() const { return needs_invitation_; }
  Problem* problem() { return &problem_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role) const override;
  QHash<int, QByteArray> roleNames() const override;

  void reset(std::vector<client::IntroductionInfo> introductions);
  void put(const client::IntroductionInfo& introduction);

  /// With an invitation code that is turned into an allowance first, where one is given.
  Q_INVOKABLE void make(const QString& label, const QString& greeting, int hours,
                        const QString& pin, const QString& invitation);
  Q_INVOKABLE void cancel(const QString& room);

 Q_SIGNALS:
  void countChanged();
  void busyChanged();
  void needsInvitationChanged();
  void made(const QString& label, const QString& link);

 private:
  void set_busy(bool busy);
  void introduce(client::IntroduceRequest request);
  void fail_with(const Error& error);
  QString when(client::Time time) const;

  CoreBridge& core_;
  const Preferences& preferences_;
  Problem problem_;
  std::vector<client::IntroductionInfo> introductions_;
  bool busy_ = false;
  bool needs_invitation_ = false;
};

}  // namespace magpie::app
