// SPDX-License-Identifier: GPL-3.0-or-later
// The words of states, the same wherever they stand; numbers are those of client/core/event.h.
pragma Singleton

import QtQuick

QtObject {
    readonly property int stateOk: 1
    readonly property int stateWaiting: 2
    readonly property int stateGap: 3
    readonly property int stateFork: 4
    readonly property int stateChanged: 5
    readonly property int stateClosed: 6

    readonly property int kindUnknown: 2
    readonly property int kindGap: 3
    readonly property int kindNote: 4

    function roomNote(state) {
        switch (state) {
        case stateWaiting: return qsTr("Not in yet", "room")
        case stateGap: return qsTr("Gap")
        case stateFork: return qsTr("Histories differ")
        case stateChanged: return qsTr("Changed")
        case stateClosed: return qsTr("Ended", "room")
        }
        return ""
    }
    function messageState(state) {
        switch (state) {
        case 1: return qsTr("Waiting")
        case 2: return qsTr("On the relay")
        case 3: return qsTr("On their device")
        case 4: return qsTr("Read")
        case 6: return qsTr("Not sent")
        }
        return ""
    }
    function messageIcon(state) {
        return ["", "waiting", "relay", "delivered", "read", "", "not-sent"][state]
    }
    function badge(member) {
        if (member.self) return qsTr("You")
        if (member.compared && member.verified) return qsTr("Numbers compared")
        if (member.introduced && member.verified) return qsTr("Verified by introduction")
        return qsTr("Not verified")
    }
    function introductionState(state, used) {
        switch (state) {
        case 1: return qsTr("Waiting", "for somebody to use the introduction")
        case 2: return qsTr("Used %1").arg(used)
        }
        return qsTr("Ended", "introduction")
    }
}
