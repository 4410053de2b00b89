// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic

// Text as it is: never markup, never cut.
Label {
    property bool paragraph: false

    textFormat: Text.PlainText
    wrapMode: Text.Wrap
    color: Theme.text
    font.pixelSize: Theme.body
    lineHeightMode: paragraph ? Text.FixedHeight : Text.ProportionalHeight
    lineHeight: paragraph ? font.pixelSize * Theme.lineHeight : 1.0
    Accessible.role: Accessible.StaticText
    Accessible.name: text
}
