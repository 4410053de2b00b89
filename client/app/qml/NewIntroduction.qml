// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import Magpie.Core

Stack {
    id: form

    property int hours: 168

    function take() { label.take() }
    function reset() {
        label.text = ""
        greeting.text = ""
        pin.text = ""
        invitation.text = ""
    }
    function make() {
        if (label.text.trim() === "" || Session.introductions.busy) return
        if (Session.relay !== "")
            Session.introductions.make(label.text, greeting.text, hours, pin.text, invitation.text)
        else if (Session.isRelayAddress(relay.text))
            Session.setRelay(relay.text)
    }

    spacing: Theme.l
    Banner {
        name: "introduction-needs-relay"
        kind: "info"
        text: Session.relay === ""
            ? qsTr("An introduction needs a relay. Your relay administrator gives you its address.")
            : ""
        width: parent.width
    }
    AppField {
        id: relay
        width: parent.width
        visible: Session.relay === ""
        inputName: "introduction-relay"
        label: qsTr("Relay address")
        onAccepted: form.make()
    }
    AppField {
        id: label
        width: parent.width
        inputName: "introduction-label"
        label: qsTr("Who is it for?")
        hint: qsTr("Only you see this name.")
        maximumLength: 60
        onAccepted: form.make()
    }
    AppField {
        id: greeting
        width: parent.width
        inputName: "introduction-greeting"
        label: qsTr("Greeting (optional)")
        hint: qsTr("They read it before they answer.")
        maximumLength: 200
        onAccepted: form.make()
    }
    Stack {
        spacing: Theme.xs
        width: parent.width
        AppText {
            text: qsTr("Ends after")
            font.pixelSize: Theme.small
            font.weight: Font.DemiBold
            width: parent.width
        }
        Choice {
            width: parent.width
            name: "introduction-ends"
            label: qsTr("Ends after")
            options: [{ value: 24, text: qsTr("24 hours") }, { value: 72, text: qsTr("3 days") },
                      { value: 168, text: qsTr("7 days") }]
            current: form.hours
            onChosen: value => form.hours = value
        }
    }
    AppField {
        id: pin
        width: parent.width
        inputName: "introduction-pin"
        label: qsTr("PIN (optional)")
        hint: qsTr("Tell it by telephone. Without it, the link doesn't open.")
        maximumLength: 40
        onAccepted: form.make()
    }
    AppField {
        id: invitation
        width: parent.width
        visible: Session.introductions.needsInvitation
        inputName: "introduction-invitation"
        label: qsTr("Invitation code of the relay")
        hint: qsTr("Your relay administrator gives it to you.")
        maximumLength: 60
        onAccepted: form.make()
    }
    Banner {
        name: "introduction-problem"
        text: Session.introductions.problem.text
        width: parent.width
    }
    AppButton {
        objectName: "make-introduction"
        kind: "primary"
        text: Session.relay === "" ? qsTr("Save the relay")
            : Session.introductions.busy ? qsTr("One moment…") : qsTr("Make introduction")
        enabled: Session.relay === "" ? Session.isRelayAddress(relay.text)
                                      : label.text.trim() !== ""
        width: parent.width
        onClicked: form.make()
    }
}
