// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/app/models/values.h"

#include <cstdlib>

namespace magpie::app {

QDateTime local_time(client::Time time) {
  return QDateTime::fromMSecsSinceEpoch(time.time_since_epoch().count());
}

QString utc_offset(const QDateTime& time) {
  const int minutes = time.offsetFromUtc() / 60;
  if (minutes == 0) return QStringLiteral("UTC");
  QString text =
      QStringLiteral("UTC%1%2").arg(minutes < 0 ? u'\u2212' : u'+').arg(std::abs(minutes) / 60);
  if (minutes % 60 != 0)
    text += QStringLiteral(":%1").arg(std::abs(minutes) % 60, 2, 10, QChar('0'));
  return text;
}

QLocale locale_of(const QString& language) {
  return language == "en" ? QLocale(QLocale::English, QLocale::UnitedKingdom) : QLocale(language);
}

QVariantList members_of(const client::RoomInfo& room) {
  QVariantList members;
  for (const auto& member : room.members) {
    members.append(QVariantMap{{"name", QString::fromStdString(member.name)},
                               {"fingerprint", to_text(member.fingerprint)},
                               {"self", member.self},
                               {"introduced", member.introduced},
                               {"compared", member.numbers_compared},
                               {"verified", member.verified},
                               {"manager", member.role == client::Role::kManager}});
  }
  return members;
}

Secret passphrase_bytes(const QString& passphrase) {
  QByteArray bytes = passphrase.normalized(QString::NormalizationForm_C).toUtf8();
  auto* data = reinterpret_cast<std::uint8_t*>(bytes.data());
  const auto size = static_cast<std::size_t>(bytes.size());
  Secret secret = Secret::copy_of({data, size});
  wipe({data, size});
  return secret;
}

}  // namespace magpie::app
