// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QLocale>
#include <QString>
#include <QVariantList>

#include "client/core/event.h"
#include "crypto/base/secret.h"

namespace magpie::app {

// The core's values as QML reads them: ids as hexadecimal text, times as local time.

template <class Id>
QString to_text(const Id& id) {
  return QString::fromStdString(id.hex());
}

/// All zero where `text` is no id.
template <class Id>
Id id_of(const QString& text) {
  const QByteArray raw = QByteArray::fromHex(text.toLatin1());
  const auto* data = reinterpret_cast<const std::uint8_t*>(raw.constData());
  return Id::from({data, static_cast<std::size_t>(raw.size())}).value_or(Id{});
}

QDateTime local_time(client::Time time);
/// "UTC+9", "UTC−3:30": the offset of this device at that time.
QString utc_offset(const QDateTime& time);

/// How this language writes dates: English without America's order of day and month.
QLocale locale_of(const QString& language);

/// Maps with `name`, `fingerprint`, `self`, `introduced`, `compared`, `verified`, `manager`.
QVariantList members_of(const client::RoomInfo& room);

/// A passphrase as bytes: the same keys give the same bytes, however they were composed.
Secret passphrase_bytes(const QString& passphrase);

}  // namespace magpie::app
