// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import Magpie.Core

// Oldest first. Stays at the end while the end is in sight; otherwise nothing moves by itself.
ListView {
    id: list

    property bool atNewest: true

    function take() {
        if (currentIndex < 0) currentIndex = count - 1
        forceActiveFocus(Qt.TabFocusReason)
    }
    function toEnd() {
        positionViewAtEnd()
        atNewest = true
    }

    objectName: "messages"
    clip: true
    model: Session.conversation
    spacing: Theme.xs
    header: Item { implicitHeight: Theme.l }
    footer: Item { implicitHeight: Theme.m }
    cacheBuffer: 2000
    activeFocusOnTab: true
    currentIndex: -1
    highlightMoveDuration: 0
    boundsBehavior: Flickable.StopAtBounds
    Accessible.role: Accessible.List
    Accessible.name: qsTr("Messages")
    ScrollBar.vertical: ScrollBar { id: bar }

    section.property: "day"
    section.delegate: Item {
        required property string section
        width: list.width
        height: day.implicitHeight + 2 * Theme.m
        AppText {
            id: day
            anchors.centerIn: parent
            width: parent.width - 2 * Theme.l
            horizontalAlignment: Text.AlignHCenter
            text: parent.section
            color: Theme.muted
            font.pixelSize: Theme.small
        }
    }
    delegate: MessageRow {
        width: list.width
        focused: ListView.isCurrentItem && list.activeFocus
    }
    Keys.onPressed: event => {
        if (event.matches(StandardKey.Copy) && currentItem) {
            Session.copy(currentItem.body)
            event.accepted = true
        }
    }
    // Somebody scrolls: nothing else may say that they want to be elsewhere.
    onContentYChanged: if (moving || bar.pressed) {
        atNewest = atYEnd
        if (contentY < originY + 40) Session.conversation.loadEarlier()
    }
    onCurrentIndexChanged: {
        if (activeFocus) atNewest = currentIndex === count - 1
        if (currentIndex === 0) Session.conversation.loadEarlier()
    }
    // The list learns the true height of its rows while it makes them.
    onContentHeightChanged: if (atNewest) Qt.callLater(toEnd)
    onHeightChanged: if (atNewest) Qt.callLater(toEnd)

    AppText {
        anchors.centerIn: parent
        width: Math.min(parent.width - 2 * Theme.xl, 420 * Theme.scale)
        horizontalAlignment: Text.AlignHCenter
        color: Theme.muted
        paragraph: true
        visible: list.count === 0 && Session.conversation.loaded
        text: qsTr("No messages yet. Only the people listed above can read this room.")
    }
    Connections {
        target: Session.conversation
        function onRoomOpened() {
            list.currentIndex = -1
            list.atNewest = true
        }
        function onLoadedChanged() { if (list.atNewest) Qt.callLater(list.toEnd) }
        function onAppended(own) { if (own || list.atNewest) Qt.callLater(list.toEnd) }
    }
}
