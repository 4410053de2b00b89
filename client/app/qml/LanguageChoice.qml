// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Magpie.Core

// Each language in its own words, so that nobody has to read another to find theirs.
Choice {
    name: "language"
    label: qsTr("Language")
    options: [{ value: "ko", text: "한국어" }, { value: "zh_CN", text: "中文" },
              { value: "en", text: "English" }]
    current: Session.preferences.language
    onChosen: value => Session.preferences.language = value
}
