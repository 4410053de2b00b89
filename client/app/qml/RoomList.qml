// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Magpie.Core

FocusScope {
    id: pane

    required property var screen

    function take() {
        if (list.count > 0) {
            list.currentIndex = Math.max(0, Session.rooms.indexOf(Session.conversation.room))
            list.forceActiveFocus(Qt.TabFocusReason)
        } else {
            make.forceActiveFocus(Qt.TabFocusReason)
        }
    }

    ColumnLayout {
        anchors.fill: parent
        spacing: 0
        RowLayout {
            spacing: Theme.s
            Layout.margins: Theme.l
            Layout.bottomMargin: Theme.s
            Icon {
                name: "bird"
                color: Theme.accent
                Layout.preferredWidth: Theme.large
                Layout.preferredHeight: Theme.large
            }
            AppText {
                text: Session.name
                font.weight: Font.DemiBold
                Layout.fillWidth: true
            }
        }
        AppButton {
            id: make
            objectName: "new-introduction"
            iconName: "plus"
            text: qsTr("New introduction")
            Layout.fillWidth: true
            Layout.leftMargin: Theme.l
            Layout.rightMargin: Theme.l
            onClicked: pane.screen.show("introductions")
        }
        AppButton {
            objectName: "have-introduction"
            kind: "quiet"
            text: qsTr("I have an introduction")
            Layout.fillWidth: true
            Layout.leftMargin: Theme.l
            Layout.rightMargin: Theme.l
            Layout.bottomMargin: Theme.s
            onClicked: pane.screen.show("join")
        }
        ListView {
            id: list
            objectName: "room-list"
            clip: true
            model: Session.rooms
            spacing: 2
            activeFocusOnTab: true
            keyNavigationEnabled: true
            boundsBehavior: Flickable.StopAtBounds
            Layout.fillWidth: true
            Layout.fillHeight: true
            Accessible.role: Accessible.List
            Accessible.name: qsTr("Rooms")
            ScrollBar.vertical: ScrollBar {}
            Keys.onReturnPressed: pane.screen.openRoom(Session.rooms.roomAt(currentIndex))
            Keys.onEnterPressed: pane.screen.openRoom(Session.rooms.roomAt(currentIndex))
            Keys.onSpacePressed: pane.screen.openRoom(Session.rooms.roomAt(currentIndex))
            delegate: RoomRow {
                width: list.width
                focused: ListView.isCurrentItem && list.activeFocus
                onOpened: pane.screen.openRoom(room)
            }
        }
        AppText {
            text: qsTr("No conversations yet. Make an introduction.")
            color: Theme.muted
            visible: list.count === 0
            Layout.fillWidth: true
            Layout.margins: Theme.l
            Layout.alignment: Qt.AlignTop
        }
        Rectangle {
            color: Theme.line
            implicitHeight: 1
            Layout.fillWidth: true
        }
        RowLayout {
            spacing: Theme.xs
            Layout.margins: Theme.s
            IconButton {
                objectName: "lock"
                iconName: "lock"
                text: qsTr("Lock")
                onClicked: Session.lock()
            }
            IconButton {
                objectName: "settings"
                iconName: "settings"
                text: qsTr("Settings")
                onClicked: pane.screen.show("settings")
            }
            Item { Layout.fillWidth: true }
            IconButton {
                objectName: "keys"
                iconName: "info"
                text: qsTr("Keys")
                onClicked: pane.screen.show("keys")
            }
        }
    }
}
