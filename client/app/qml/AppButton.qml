// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import Magpie.Core

Button {
    id: button

    property string kind: "plain" // "primary", "plain", "quiet"
    property string iconName: ""
    property bool danger: false

    readonly property real beforeLabel: iconName !== "" ? Theme.body * 1.25 + Theme.s : 0
    readonly property color ink: !enabled ? Theme.muted
        : kind === "primary" ? Theme.bg : danger ? Theme.danger : Theme.accent

    implicitHeight: Math.max(Theme.control, label.implicitHeight + 2 * Theme.s)
    implicitWidth: Math.max(Theme.control,
                            implicitContentWidth + leftPadding + rightPadding)
    leftPadding: kind === "quiet" ? Theme.s : Theme.l
    rightPadding: leftPadding
    topPadding: Theme.s
    bottomPadding: Theme.s
    font.pixelSize: Theme.body
    font.weight: kind === "quiet" ? Font.Normal : Font.DemiBold
    focusPolicy: Qt.StrongFocus
    Accessible.name: text
    Keys.onReturnPressed: clicked()
    Keys.onEnterPressed: clicked()

    contentItem: Item {
        implicitWidth: label.implicitWidth + button.beforeLabel
        implicitHeight: label.implicitHeight
        Row {
            id: row
            anchors.centerIn: parent
            spacing: Theme.s
            Icon {
                name: button.iconName
                color: button.ink
                visible: button.iconName !== ""
                width: Theme.body * 1.25
                height: width
                anchors.verticalCenter: parent.verticalCenter
            }
            AppText {
                id: label
                text: button.text
                font: button.font
                color: button.ink
                visible: text !== "" && button.display !== AbstractButton.IconOnly
                width: Math.min(implicitWidth,
                                Math.max(button.availableWidth - button.beforeLabel, 0))
                horizontalAlignment: Text.AlignHCenter
                Accessible.ignored: true
                anchors.verticalCenter: parent.verticalCenter
            }
        }
    }
    background: Rectangle {
        radius: Theme.radius
        color: button.kind === "primary"
            ? (!button.enabled ? Theme.surface : button.down ? Qt.darker(Theme.accent, 1.15)
                                                             : Theme.accent)
            : button.down || button.hovered && button.enabled ? Theme.pressed : "transparent"
        border.width: button.kind === "quiet" || button.kind === "primary" && button.enabled ? 0 : 1
        border.color: button.enabled ? Theme.border : Theme.line
        FocusRing { shown: button.visualFocus }
    }
}
