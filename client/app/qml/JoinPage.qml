// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Magpie.Core

// A further introduction, for somebody who has conversations already.
FocusScope {
    id: page

    property var screen
    readonly property bool invited: Session.inviter !== ""

    function take() {
        if (invited) accept.forceActiveFocus(Qt.TabFocusReason)
        else link.take()
    }
    function read() { if (!Session.busy) Session.readLink(link.text, pin.text) }

    Component.onDestruction: Session.forgetOffer()
    onInvitedChanged: if (invited) Qt.callLater(take)

    Sheet {
        anchors.fill: parent
        centred: false
        PageHeader {
            screen: page.screen
            title: qsTr("I have an introduction")
        }
        AppField {
            id: link
            visible: !page.invited
            inputName: "join-link"
            placeholder: qsTr("Paste the link here")
            input.onTextEdited: Session.problem.clear()
            onAccepted: page.read()
        }
        AppField {
            id: pin
            visible: Session.needsPin && !page.invited
            inputName: "join-pin"
            label: qsTr("PIN")
            hint: qsTr("The person who sent you the link tells you the PIN by telephone.")
            onVisibleChanged: if (visible) take()
            onAccepted: page.read()
        }
        AppText {
            text: qsTr("%1 invites you to write privately.").arg(Session.inviter)
            visible: page.invited
            font.pixelSize: Theme.title
            Layout.fillWidth: true
        }
        AppText {
            text: Session.greeting
            visible: text !== ""
            paragraph: true
            Layout.fillWidth: true
        }
        AppText {
            text: qsTr("Continue only if you expected this.")
            visible: page.invited
            color: Theme.muted
            Layout.fillWidth: true
        }
        Banner {
            name: "join-problem"
            text: Session.problem.text
            Layout.fillWidth: true
        }
        AppButton {
            id: accept
            objectName: "join-continue"
            kind: "primary"
            text: Session.busy ? qsTr("One moment…")
                : page.invited ? qsTr("Start writing") : qsTr("Continue")
            enabled: page.invited || link.text !== ""
            Layout.fillWidth: true
            onClicked: page.invited ? Session.joinOffer() : page.read()
        }
    }
}
