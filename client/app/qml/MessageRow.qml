// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Magpie.Core

Item {
    id: row

    required property int kind
    required property int messageState
    required property bool own
    required property string author
    required property string body
    required property string time
    required property string offset
    required property int missing
    required property bool follows
    property bool focused: false

    readonly property bool gap: kind === Words.kindGap
    // A line across, and nobody's words.
    readonly property bool across: gap || kind === Words.kindNote
    readonly property string room: Session.conversation.title
    readonly property string shownText: gap
        ? qsTr("%n message(s) from %1 haven't arrived. The others are in order. Ask %1 to send them "
               + "again.", "", missing).arg(room)
        : kind === Words.kindNote
            ? qsTr("%1 didn't receive some messages here. Send again what matters.").arg(author)
        : kind === Words.kindUnknown
            ? qsTr("This message needs a newer Magpie. It is kept here.") : body
    readonly property string stateWords: own ? Words.messageState(messageState) : ""

    implicitHeight: (across ? note.implicitHeight : bubble.height + meta.implicitHeight + Theme.xs)
        + (follows ? 0 : Theme.s)
    Accessible.role: Accessible.ListItem
    Accessible.name: across ? shownText
        : [own ? qsTr("You") : author, time + " " + offset, stateWords]
            .filter(part => part !== "").join(", ") + ": " + shownText

    Banner {
        id: note
        anchors { left: parent.left; right: parent.right; bottom: parent.bottom
                  leftMargin: Theme.l; rightMargin: Theme.l }
        text: row.across ? row.shownText : ""
        iconName: "gap"
    }
    Rectangle {
        id: bubble
        readonly property real most: Math.min(row.width - 2 * Theme.l, 560 * Theme.scale,
                                              Math.max(row.width * 0.8, 240))
        visible: !row.across
        x: row.own ? row.width - width - Theme.l : Theme.l
        y: row.follows ? 0 : Theme.s
        width: Math.min(most, Math.max(words.implicitWidth, name.implicitWidth) + 2 * Theme.m)
        height: words.height + 2 * Theme.s + (name.visible ? name.height + 2 : 0)
        radius: Theme.radius
        color: row.own ? Theme.own : Theme.surface
        AppText {
            id: name
            x: Theme.m
            y: Theme.s
            width: bubble.most - 2 * Theme.m
            text: row.author
            visible: !row.own && !row.follows
            font.pixelSize: Theme.small
            font.weight: Font.DemiBold
            color: Theme.accent
            Accessible.ignored: true
        }
        AppText {
            id: words
            objectName: "message-text"
            x: Theme.m
            y: Theme.s + (name.visible ? name.height + 2 : 0)
            width: bubble.width - 2 * Theme.m
            text: row.shownText
            color: row.kind === Words.kindUnknown ? Theme.muted : Theme.text
            Accessible.ignored: true
        }
        FocusRing { shown: row.focused }
    }
    Row {
        id: meta
        visible: !row.across
        anchors { top: bubble.bottom; topMargin: 2 }
        x: row.own ? row.width - width - Theme.l : Theme.l
        spacing: Theme.xs
        AppText {
            text: row.time
            color: Theme.muted
            font.pixelSize: Theme.small
            wrapMode: Text.NoWrap
            Accessible.ignored: true
        }
        Icon {
            name: Words.messageIcon(row.messageState)
            color: state.color
            visible: row.stateWords !== ""
            width: Theme.small * 1.2
            height: width
            anchors.verticalCenter: parent.verticalCenter
        }
        AppText {
            id: state
            objectName: "message-state"
            text: row.stateWords
            color: row.messageState === 6 ? Theme.danger
                : row.messageState === 3 || row.messageState === 4 ? Theme.good : Theme.muted
            font.pixelSize: Theme.small
            wrapMode: Text.NoWrap
            Accessible.ignored: true
        }
    }
}
