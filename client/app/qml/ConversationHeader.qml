// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Magpie.Core

Rectangle {
    id: header

    required property var screen
    required property var others
    readonly property bool verified: others.length > 0 && others.every(member => member.verified)

    color: Theme.bg
    implicitHeight: content.implicitHeight + 2 * Theme.m

    RowLayout {
        id: content
        anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter
                  leftMargin: header.screen.narrow ? Theme.xs : Theme.l; rightMargin: Theme.s }
        spacing: Theme.s
        IconButton {
            objectName: "back"
            iconName: "back"
            text: qsTr("Back")
            visible: header.screen.narrow
            onClicked: header.screen.closeTopmost()
        }
        Stack {
            spacing: 2
            AppText {
                objectName: "room-title"
                text: Session.conversation.title
                font.pixelSize: Theme.title
                font.weight: Font.DemiBold
                width: parent.width
                Accessible.role: Accessible.Heading
            }
            RowLayout {
                width: parent.width
                spacing: Theme.xs
                visible: header.others.length > 0
                Icon {
                    name: header.verified ? "verified" : "warning"
                    color: header.verified ? Theme.good : Theme.warning
                    Layout.preferredWidth: Theme.body
                    Layout.preferredHeight: Theme.body
                }
                AppText {
                    objectName: "room-badge"
                    text: header.others.length === 1 ? Words.badge(header.others[0])
                        : qsTr("%n people", "", header.others.length + 1)
                    color: header.verified ? Theme.good : Theme.warning
                    font.pixelSize: Theme.small
                    Layout.fillWidth: true
                }
            }
        }
        AppButton {
            objectName: "details"
            kind: "quiet"
            iconName: "person"
            text: qsTr("Details")
            display: header.width < 460 * Theme.scale ? AbstractButton.IconOnly
                                                      : AbstractButton.TextBesideIcon
            onClicked: header.screen.toggleDetails()
        }
    }
    Rectangle {
        anchors.bottom: parent.bottom
        width: parent.width
        height: 1
        color: Theme.line
    }
}
