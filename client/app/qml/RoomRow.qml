// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
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
    // By anchors: a layout in a list's row may keep the width of before the list had its own.
    Column {
        id: content
        anchors { left: parent.left; right: badge.visible ? badge.left : parent.right
                  verticalCenter: parent.verticalCenter; leftMargin: Theme.l
                  rightMargin: badge.visible ? Theme.s : Theme.l }
        spacing: 2
        AppText {
            text: row.title
            font.weight: row.unread > 0 || row.open ? Font.DemiBold : Font.Normal
            width: parent.width
            Accessible.ignored: true
        }
        AppText {
            objectName: "note-" + row.title
            text: row.note
            color: Theme.warning
            font.pixelSize: Theme.small
            visible: text !== ""
            width: parent.width
            Accessible.ignored: true
        }
    }
    Rectangle {
        id: badge
        anchors { right: parent.right; rightMargin: Theme.l; verticalCenter: parent.verticalCenter }
        visible: row.unread > 0
        color: Theme.accent
        height: count.implicitHeight + Theme.xs
        width: Math.max(height, count.implicitWidth + 2 * Theme.s)
        radius: height / 2
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
