// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import Magpie.Core

// A button whose words a screen reader and a tooltip say.
AppButton {
    id: button

    kind: "quiet"
    display: AbstractButton.IconOnly
    implicitWidth: Math.max(40, Theme.body * 2.4)
    implicitHeight: implicitWidth
    leftPadding: 0
    rightPadding: 0
    ToolTip.visible: hovered || visualFocus
    ToolTip.delay: 400
    ToolTip.text: text
    contentItem: Item {
        Icon {
            anchors.centerIn: parent
            name: button.iconName
            color: button.ink
            width: Theme.body * 1.4
            height: width
        }
    }
}
