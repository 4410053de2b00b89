// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import Magpie.Core

// List, conversation, details: three panes side by side, two, or one, by the room there is for
// text of the chosen size.
FocusScope {
    id: screen

    readonly property real room: width / Theme.scale
    readonly property bool wide: room >= 900
    readonly property bool narrow: room < 600
    // In the middle: "conversation", "introductions", "join", "settings" or "keys".
    property string page: "conversation"
    property bool listShown: true // narrow: the list, or what is in the middle
    property bool detailsShown: false
    readonly property bool detailsInMiddle: detailsShown && !wide && page === "conversation"

    function begin() {
        listShown = Session.conversation.room === ""
        focusMiddle()
    }
    function focusMiddle() {
        if (narrow && listShown) rooms.take()
        else if (page !== "conversation") other.item.take()
        else if (detailsInMiddle) details.item.take()
        else if (Session.conversation.room !== "") conversation.take()
        else rooms.take()
    }
    function show(name) {
        page = name
        detailsShown = false
        listShown = false
        Qt.callLater(focusMiddle)
    }
    function openRoom(id) {
        if (id === "") return
        Session.openRoom(id)
        show("conversation")
    }
    function stepRoom(step) {
        const here = Session.rooms.indexOf(Session.conversation.room)
        const next = Session.rooms.roomAt(here + step)
        if (next !== "") openRoom(next)
    }
    function closeTopmost() {
        if (page !== "conversation") show("conversation")
        else if (detailsShown) toggleDetails()
        else if (narrow && !listShown) {
            listShown = true
            rooms.take()
        }
        if (page === "conversation" && Session.conversation.room === "") listShown = true
    }
    function toggleDetails() {
        detailsShown = !detailsShown
        Qt.callLater(() => detailsShown ? details.item.take() : focusMiddle())
    }
    function stepPane(step) {
        const panes = []
        if (list.visible) panes.push(rooms)
        if (middle.visible) {
            if (page !== "conversation") panes.push(other.item)
            else if (conversation.visible) panes.push(conversation.messages, conversation)
        }
        if (details.active) panes.push(details.item)
        const here = panes.findIndex(pane => pane.activeFocus
            && !(pane === conversation && conversation.messages.activeFocus))
        panes[(here + step + panes.length) % panes.length].take()
    }

    Rectangle {
        id: list
        color: Theme.surface
        visible: !screen.narrow || screen.listShown
        width: screen.narrow ? screen.width : Math.min(280 * Theme.scale, screen.width * 0.45)
        height: parent.height
        RoomList {
            id: rooms
            anchors.fill: parent
            screen: screen
        }
        Rectangle {
            anchors.right: parent.right
            width: 1
            height: parent.height
            color: Theme.line
            visible: !screen.narrow
        }
    }
    FocusScope {
        id: middle
        visible: !screen.narrow || !screen.listShown
        x: screen.narrow ? 0 : list.width
        width: screen.width - x - (details.beside ? details.besideWidth : 0)
        height: parent.height
        ConversationPane {
            id: conversation
            anchors.fill: parent
            visible: screen.page === "conversation" && !screen.detailsInMiddle
            screen: screen
        }
        Loader {
            id: other
            anchors.fill: parent
            active: screen.page !== "conversation"
            source: ({ "introductions": "IntroductionsPage.qml", "settings": "SettingsPage.qml",
                       "keys": "KeysPage.qml", "join": "JoinPage.qml" })[screen.page] ?? ""
            onLoaded: item.screen = screen
        }
    }
    Loader {
        id: details
        readonly property bool beside: active && screen.wide
        readonly property real besideWidth: 300 * Theme.scale
        active: screen.detailsShown && Session.conversation.room !== ""
            && (screen.wide || screen.detailsInMiddle && middle.visible)
        x: beside ? screen.width - besideWidth : middle.x
        width: beside ? besideWidth : screen.width - middle.x
        height: parent.height
        source: "DetailsPane.qml"
        onLoaded: item.screen = screen
    }
    QuickSwitch {
        id: quickSwitch
        onPicked: id => screen.openRoom(id)
        onClosed: screen.focusMiddle()
    }

    Connections {
        target: Session
        function onJoined(room) { screen.openRoom(room) }
    }
    Connections {
        target: Session.conversation
        function onRoomOpened() {
            if (Session.conversation.room === "") screen.detailsShown = false
        }
    }
    property alias switcher: quickSwitch
    Shortcut { sequence: "Ctrl+K"; onActivated: quickSwitch.open() }
    Shortcut { sequence: "Ctrl+N"; onActivated: screen.show("introductions") }
    Shortcut { sequence: "Ctrl+L"; onActivated: Session.lock() }
    Shortcut { sequence: "Ctrl+,"; onActivated: screen.show("settings") }
    Shortcut { sequence: "F1"; onActivated: screen.show("keys") }
    Shortcut { sequence: "F6"; onActivated: screen.stepPane(1) }
    Shortcut { sequence: "Shift+F6"; onActivated: screen.stepPane(-1) }
    Shortcut { sequence: "Alt+Up"; onActivated: screen.stepRoom(-1) }
    Shortcut { sequence: "Alt+Down"; onActivated: screen.stepRoom(1) }
    Shortcut { sequence: "Esc"; onActivated: screen.closeTopmost() }
}
