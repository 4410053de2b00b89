// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Magpie.Core

FocusScope {
    id: pane

    required property var screen
    property alias messages: messages
    readonly property var model: Session.conversation
    readonly property bool open: model.room !== ""
    readonly property bool readable: open && visible && Window.active
    readonly property var others: model.members.filter(member => !member.self)
    readonly property string guests: others.map(member => member.name).join(", ")

    function take() {
        if (open) composer.take()
    }
    function markRead() {
        if (readable && model.unread > 0) model.markRead()
    }

    onReadableChanged: markRead()
    Connections {
        target: Session.conversation
        function onInfoChanged() { pane.markRead() }
    }

    AppText {
        anchors.centerIn: parent
        width: Math.min(parent.width - 2 * Theme.xl, 420 * Theme.scale)
        horizontalAlignment: Text.AlignHCenter
        color: Theme.muted
        paragraph: true
        visible: !pane.open
        text: Session.rooms.count === 0
            ? qsTr("Make an introduction and send it to one person. Once they open it, you can "
                   + "write to each other here.")
            : qsTr("Choose a conversation from the list.")
    }
    ColumnLayout {
        anchors.fill: parent
        spacing: 0
        visible: pane.open
        ConversationHeader {
            id: header
            screen: pane.screen
            others: pane.others
            Layout.fillWidth: true
        }
        MessageList {
            id: messages
            Layout.fillWidth: true
            Layout.fillHeight: true
        }
        // Warnings stand above the composer until they are dealt with; where there are many, they
        // scroll, and the composer stays in sight.
        Flickable {
            id: warnings
            clip: true
            contentHeight: banners.implicitHeight
            boundsBehavior: Flickable.StopAtBounds
            implicitHeight: Math.min(banners.implicitHeight, Math.max(
                48, pane.height - header.implicitHeight - composer.implicitHeight - 80))
            Layout.fillWidth: true
            Layout.leftMargin: Theme.l
            Layout.rightMargin: Theme.l
            ScrollBar.vertical: ScrollBar {}
            ConversationBanners {
                id: banners
                width: warnings.width
                others: pane.others
            }
        }
        Composer {
            id: composer
            screen: pane.screen
            Layout.fillWidth: true
        }
    }
}
