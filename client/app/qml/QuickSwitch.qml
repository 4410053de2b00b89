// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import QtQuick.Templates as T
import Magpie.Core

// Ctrl+K: the first letters of a room, Enter.
Popup {
    id: popup

    readonly property var matches: {
        const wanted = search.text.trim().toLowerCase()
        const found = []
        for (let i = 0; i < Session.rooms.count; ++i) {
            const room = Session.rooms.roomAt(i)
            if (Session.rooms.titleOf(room).toLowerCase().includes(wanted)) found.push(room)
        }
        return found
    }
    signal picked(string id)

    function pick(id) {
        close()
        if (id) picked(id)
    }

    parent: T.Overlay.overlay
    anchors.centerIn: parent
    width: Math.min(parent ? parent.width - 2 * Theme.l : 0, 420 * Theme.scale)
    modal: true
    focus: true
    padding: Theme.l
    onOpened: {
        search.text = ""
        search.take()
    }
    background: Rectangle {
        color: Theme.bg
        radius: Theme.radius
        border.color: Theme.border
    }
    contentItem: ColumnLayout {
        spacing: Theme.m
        AppField {
            id: search
            inputName: "switch-room"
            label: qsTr("Switch room")
            onAccepted: popup.pick(popup.matches[Math.max(0, list.currentIndex)])
            Keys.onDownPressed: list.incrementCurrentIndex()
            Keys.onUpPressed: list.decrementCurrentIndex()
        }
        ListView {
            id: list
            clip: true
            model: popup.matches
            implicitHeight: Math.min(contentHeight, 280)
            highlightMoveDuration: 0
            Layout.fillWidth: true
            delegate: Rectangle {
                id: row
                required property string modelData
                required property int index
                width: list.width
                implicitHeight: Math.max(Theme.control, words.implicitHeight + 2 * Theme.s)
                radius: Theme.radius
                color: index === list.currentIndex ? Theme.own : "transparent"
                Accessible.role: Accessible.ListItem
                Accessible.name: words.text
                AppText {
                    id: words
                    anchors { left: parent.left; right: parent.right
                              verticalCenter: parent.verticalCenter; margins: Theme.m }
                    text: Session.rooms.titleOf(row.modelData)
                    Accessible.ignored: true
                }
                MouseArea {
                    anchors.fill: parent
                    onClicked: popup.pick(row.modelData)
                }
            }
        }
    }
}
