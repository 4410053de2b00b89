// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Magpie.Core

// Something that stays true until it is dealt with. A screen reader hears it; the focus stays.
Rectangle {
    id: banner

    property string text: ""
    property string kind: "warning" // "warning", "danger", "info", "good"
    property string iconName: kind === "info" ? "info" : kind === "good" ? "verified" : "warning"
    property string action: ""
    property string name: ""
    readonly property color ink: kind === "danger" ? Theme.danger : kind === "good" ? Theme.good
        : kind === "info" ? Theme.accent : Theme.warning
    signal acted

    visible: text !== ""
    implicitHeight: visible ? content.implicitHeight + 2 * Theme.m : 0
    radius: Theme.radius
    color: Theme.surface
    border.width: 1
    border.color: ink
    objectName: name
    Accessible.role: Accessible.AlertMessage
    Accessible.name: text
    onTextChanged: if (text !== "") Session.alert(banner)

    RowLayout {
        id: content
        anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.m }
        spacing: Theme.m
        Icon {
            name: banner.iconName
            color: banner.ink
            Layout.alignment: Qt.AlignTop
            Layout.preferredWidth: Theme.body * 1.4
            Layout.preferredHeight: Theme.body * 1.4
        }
        Stack {
            AppText {
                text: banner.text
                paragraph: true
                width: parent.width
                Accessible.ignored: true
            }
            AppButton {
                objectName: banner.name + "-action"
                text: banner.action
                kind: "plain"
                visible: text !== ""
                width: Math.min(implicitWidth, parent.width)
                onClicked: banner.acted()
            }
        }
    }
}
