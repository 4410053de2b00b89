// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import Magpie.Core

Button {
    id: button

    property string kind: "plain" // "primary", "plain", "quiet"
    property string iconName: ""
    property bool danger: false

    readonly property bool iconOnly: display === AbstractButton.IconOnly
    readonly property real iconSize: Theme.body * (iconOnly ? 1.4 : 1.25)
    readonly property real beforeLabel: iconName !== "" && !iconOnly ? iconSize + Theme.s : 0
    readonly property color ink: !enabled ? Theme.muted
        : kind === "primary" ? Theme.bg : danger ? Theme.danger : Theme.accent

    implicitHeight: Math.max(Theme.control, implicitContentHeight + 2 * Theme.s)
    implicitWidth: iconOnly ? Math.max(Theme.control, iconSize + 2 * Theme.s)
        : Math.max(Theme.control, implicitContentWidth + leftPadding + rightPadding)
    leftPadding: iconOnly ? 0 : kind === "quiet" ? Theme.s : Theme.l
    rightPadding: leftPadding
    topPadding: Theme.s
    bottomPadding: Theme.s
    font.pixelSize: Theme.body
    font.weight: kind === "quiet" ? Font.Normal : Font.DemiBold
    focusPolicy: Qt.StrongFocus
    Accessible.name: text
    Keys.onReturnPressed: clicked()
    Keys.onEnterPressed: clicked()

    // What shows no words says them to whoever stays on it.
    ToolTip.visible: iconOnly && (hovered || visualFocus)
    ToolTip.delay: 400
    ToolTip.text: text

    // A text that wraps has another implicit width after each wrapping; this one stays.
    TextMetrics {
        id: measure
        font: button.font
        text: button.text
    }
    contentItem: Item {
        implicitWidth: Math.ceil(measure.advanceWidth) + 1 + button.beforeLabel
        implicitHeight: button.iconOnly ? button.iconSize : label.implicitHeight
        Icon {
            name: button.iconName
            color: button.ink
            visible: button.iconName !== ""
            width: button.iconSize
            height: width
            x: button.iconOnly ? (parent.width - width) / 2
                : label.x + (label.width - label.contentWidth) / 2 - button.beforeLabel
            anchors.verticalCenter: parent.verticalCenter
        }
        AppText {
            id: label
            x: button.beforeLabel
            width: parent.width - x
            anchors.verticalCenter: parent.verticalCenter
            text: button.text
            font: button.font
            color: button.ink
            visible: !button.iconOnly
            horizontalAlignment: Text.AlignHCenter
            Accessible.ignored: true
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
