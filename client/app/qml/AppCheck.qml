// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Magpie.Core

CheckBox {
    id: box

    spacing: Theme.s
    padding: Theme.xs
    implicitHeight: Math.max(32, words.implicitHeight + 2 * Theme.xs)
    Accessible.name: text
    Keys.onReturnPressed: toggle()
    Keys.onEnterPressed: toggle()

    indicator: Rectangle {
        x: box.leftPadding
        anchors.verticalCenter: parent.verticalCenter
        width: Theme.body * 1.35
        height: width
        radius: Theme.xs
        color: box.checked ? Theme.accent : Theme.bg
        border.width: 1
        border.color: box.checked ? Theme.accent : Theme.border
        Icon {
            anchors.fill: parent
            anchors.margins: 2
            name: "delivered"
            color: Theme.bg
            visible: box.checked
        }
        FocusRing { shown: box.visualFocus }
    }
    contentItem: AppText {
        id: words
        leftPadding: box.indicator.width + box.spacing
        text: box.text
        verticalAlignment: Text.AlignVCenter
        Accessible.ignored: true
    }
}
