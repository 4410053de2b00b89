// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/models/introduction_model.h"

#include <QCoreApplication>
#include <algorithm>

#include "client/app/models/values.h"

namespace magpie::app {

using client::IntroductionInfo;

IntroductionModel::IntroductionModel(CoreBridge& core, const Preferences& preferences)
    : core_(core), preferences_(preferences), problem_(preferences) {
  connect(&preferences, &Preferences::languageChanged, this, [this] {
    if (count() > 0) Q_EMIT dataChanged(index(0), index(count() - 1), {kExpires, kUsed});
  });
}

int IntroductionModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : count();
}

QString IntroductionModel::when(client::Time time) const {
  const QDateTime local = local_time(time);
  const QString clock = local.toString("HH:mm");
  if (local.date() == QDate::currentDate()) return clock;
  //: A day of a month, as QLocale::toString writes it.
  const QString day =
      locale_of(preferences_.language())
          .toString(local.date(), QCoreApplication::translate("IntroductionModel", "d MMM"));
  return day + QChar(' ') + clock;
}

QVariant IntroductionModel::data(const QModelIndex& index, int role) const {
  if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
  const IntroductionInfo& introduction = introductions_[static_cast<std::size_t>(index.row())];
  switch (role) {
    case kRoom:
      return to_text(introduction.room);
    case kLabel:
    case Qt::DisplayRole:
      return QString::fromStdString(introduction.label);
    case kLink:
      return QString::fromStdString(introduction.link);
    case kState:
      return static_cast<int>(introduction.state);
    case kExpires:
      return when(introduction.expires);
    case kUsed:
      return introduction.used ? when(*introduction.used) : QString();
    case kAttempts:
      return introduction.attempts;
    default:
      return {};
  }
}

QHash<int, QByteArray> IntroductionModel::roleNames() const {
  return {{kRoom, "room"},        {kLabel, "label"},
          {kLink, "link"},        {kState, "introductionState"},
          {kExpires, "expires"},  {kUsed, "used"},
          {kAttempts, "attempts"}};
}

void IntroductionModel::reset(std::vector<IntroductionInfo> introductions) {
  beginResetModel();
  introductions_ = std::move(introductions);
  std::ranges::sort(introductions_, std::greater{}, &IntroductionInfo::created);
  endResetModel();
  problem_.clear();
  Q_EMIT countChanged();
}

void IntroductionModel::put(const IntroductionInfo& introduction) {
  const auto old = std::ranges::find(introductions_, introduction.room, &IntroductionInfo::room);
  if (old != introductions_.end()) {
    *old = introduction;
    const int row = static_cast<int>(old - introductions_.begin());
    Q_EMIT dataChanged(index(row), index(row));
    return;
  }
  beginInsertRows({}, 0, 0);
  introductions_.insert(introductions_.begin(), introduction);
  endInsertRows();
  Q_EMIT countChanged();
}

void IntroductionModel::set_busy(bool busy) {
  busy_ = busy;
  Q_EMIT busyChanged();
}

void IntroductionModel::make(const QString& label, const QString& greeting, int hours,
                             const QString& pin, const QString& invitation) {
  problem_.clear();
  set_busy(true);
  client::IntroduceRequest request{label.trimmed().toStdString(), greeting.trimmed().toStdString(),
                                   pin.trimmed().toStdString(), std::chrono::hours(hours)};
  if (invitation.trimmed().isEmpty()) return introduce(std::move(request));
  auto done = core_.answer_to<client::AllowanceInfo>(
      this, [this, request](Result<client::AllowanceInfo> allowance) {
        if (allowance) return introduce(request);
        // What is no code is told as one that the relay does not know.
        const bool no_code = allowance.error().code == Errc::kUsage;
        fail_with(no_code ? Error{Errc::kNotInvited, "invitation: code"} : allowance.error());
      });
  core_.client().redeem(invitation.toStdString(), std::move(done));
}

void IntroductionModel::introduce(client::IntroduceRequest request) {
  auto done =
      core_.answer_to<IntroductionInfo>(this, [this](Result<IntroductionInfo> introduction) {
        if (!introduction) return fail_with(introduction.error());
        set_busy(false);
        if (std::exchange(needs_invitation_, false)) Q_EMIT needsInvitationChanged();
        put(*introduction);
        Q_EMIT made(QString::fromStdString(introduction->label),
                    QString::fromStdString(introduction->link));
      });
  core_.client().introduce(std::move(request), std::move(done));
}

void IntroductionModel::fail_with(const Error& error) {
  set_busy(false);
  problem_.set(error);
  if (error.code != Errc::kNotInvited || needs_invitation_) return;
  needs_invitation_ = true;
  Q_EMIT needsInvitationChanged();
}

void IntroductionModel::cancel(const QString& room) {
  problem_.clear();
  auto done = core_.answer_to<void>(this, [this](Result<void> ended) {
    if (!ended) problem_.set(ended.error());
  });
  core_.client().cancel_introduction(id_of<client::RoomId>(room), std::move(done));
}

}  // namespace magpie::app
