// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Magpie.Core

// What is wrong in this room, in words; each stays as long as it is true.
Stack {
    id: banners

    required property var others
    readonly property string room: Session.conversation.title
    readonly property int state: Session.conversation.state
    readonly property string guest: others.length > 0 ? others[0].name : ""

    Banner {
        name: "banner-guest"
        kind: "info"
        text: Session.conversation.room !== ""
              && Session.newGuests.includes(Session.conversation.room)
            ? qsTr("Your introduction for %1 was used. They call themselves “%2”. Not %1? Don't "
                   + "write here, and call %1.").arg(banners.room).arg(banners.guest) : ""
        action: qsTr("It is %1").arg(banners.room)
        width: parent.width
        onActed: Session.dismissGuest(Session.conversation.room)
    }
    Banner {
        name: "banner-state"
        kind: [Words.stateClosed, Words.stateWaiting].includes(banners.state) ? "info"
            : banners.state === Words.stateGap ? "warning" : "danger"
        text: {
            switch (banners.state) {
            case Words.stateWaiting:
                return qsTr("You aren't in this conversation yet: the relay hasn't confirmed it. "
                            + "Nothing is lost, and Magpie keeps trying. If it stays like this, ask "
                            + "%1 for a new introduction.").arg(banners.room)
            case Words.stateGap:
                return qsTr("Messages from %1 haven't arrived. The others are in order. Ask %1 to "
                            + "send them again.").arg(banners.room)
            case Words.stateFork:
                return qsTr("%1 and you see different histories. Your copy is unchanged. Don't send "
                            + "anything sensitive here; call %1.").arg(banners.room)
            case Words.stateChanged:
                return qsTr("%1's Magpie has changed. %1 may have a new computer, or someone else may "
                            + "be using the name. Earlier messages are safe. Sending is paused: call "
                            + "%1, then compare numbers or make a new introduction.")
                    .arg(banners.room)
            case Words.stateClosed:
                return qsTr("This room has ended. What arrived stays here. To write again, ask for a "
                            + "new introduction, or make one.")
            }
            return ""
        }
        width: parent.width
    }
    Banner {
        name: "banner-not-sent"
        iconName: "not-sent"
        kind: "danger"
        text: Session.conversation.notSent === 0 ? ""
            : qsTr("Not sent: the relay refused a message. Its text is kept here. Send it again, or "
                   + "tell your relay administrator.")
        width: parent.width
    }
    Banner {
        name: "banner-offline"
        iconName: "offline"
        text: Session.offlineSince === "" ? ""
            : qsTr("No connection since %1. Your messages are safe here and will go when it returns.")
                .arg(Session.offlineSince)
        width: parent.width
    }
    Banner {
        name: "banner-problem"
        text: Session.conversation.problem.text !== "" ? Session.conversation.problem.text
                                                       : Session.problem.text
        width: parent.width
    }
}
