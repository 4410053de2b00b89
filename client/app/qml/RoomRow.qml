// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Magpie.Core

Rectangle {
    id: row

    required property string room
    required property string title
    required property int unread
    required property int roomState
    property bool focused: false
    readonly property bool open: room === Session.conversation.room
    readonly property string note: Words.roomNote(roomState)
    signal opened

    objectName: "room-" + title
    implicitHeight: Math.max(Theme.control + Theme.s, content.implicitHeight + 2 * Theme.m)
    color: open ? Theme.own : mouse.containsMouse ? Theme.pressed : "transparent"
    Accessible.role: Accessible.ListItem
    Accessible.name: [title, unread > 0 ? qsTr("%n unread", "", unread) : "", note]
        .filter(part => part !== "").join(", ")
    Accessible.selected: open
    Accessible.onPressAction: opened()

    Rectangle {
        width: 3
        height: parent.height
        color: Theme.accent
        visible: row.open
    }
    RowLayout {
        id: content
        anchors { left: parent.left; right: parent.right; verticalCenter: parent.verticalCenter
                  leftMargin: Theme.l; rightMargin: Theme.l }
        spacing: Theme.s
        Stack {
            spacing: 2
            AppText {
                text: row.title
                font.weight: row.unread > 0 || row.open ? Font.DemiBold : Font.Normal
                width: parent.width
                Accessible.ignored: true
            }
            AppText {
                text: row.note
                color: Theme.warning
                font.pixelSize: Theme.small
                visible: text !== ""
                width: parent.width
                Accessible.ignored: true
            }
        }
        Rectangle {
            visible: row.unread > 0
            color: Theme.accent
            implicitHeight: count.implicitHeight + Theme.xs
            implicitWidth: Math.max(implicitHeight, count.implicitWidth + 2 * Theme.s)
            radius: implicitHeight / 2
            AppText {
                id: count
                objectName: "unread-" + row.title
                anchors.centerIn: parent
                text: row.unread
                color: Theme.bg
                font.pixelSize: Theme.small
                font.weight: Font.DemiBold
                Accessible.ignored: true
            }
        }
    }
    FocusRing {
        gap: -Theme.ring * 2
        shown: row.focused
    }
    MouseArea {
        id: mouse
        anchors.fill: parent
        hoverEnabled: true
        onClicked: row.opened()
    }
}
