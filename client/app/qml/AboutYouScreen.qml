// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Magpie.Core

FocusScope {
    id: screen

    readonly property bool invited: Session.inviter !== ""
    readonly property int strength: Session.strengthOf(passphrase.text)
    // What still keeps the button from working, in words; empty where nothing does.
    readonly property string missing: name.text.trim() === "" ? qsTr("Write a name.")
        : strength === 0 ? qsTr("The passphrase needs 10 characters or more.")
        : !show.checked && again.text !== passphrase.text
            ? qsTr("The two passphrases are not the same.")
        : relay.text.trim() !== "" && !Session.isRelayAddress(relay.text)
            ? qsTr("That isn't a complete relay address. Copy the whole line again.") : ""
    property bool tried: false
    property string suggested: ""

    function begin() { name.take() }
    // Shown, because they are to be written down.
    function suggest() {
        suggested = Session.suggestPassphrase()
        passphrase.text = suggested
        show.checked = true
    }
    function start() {
        tried = true
        if (missing === "" && !Session.busy)
            Session.begin(name.text, passphrase.text, relay.text)
    }

    Sheet {
        anchors.fill: parent
        IconButton {
            objectName: "back"
            text: qsTr("Back")
            iconName: "back"
            Layout.leftMargin: -Theme.s
            enabled: !Session.busy
            onClicked: Session.back()
        }
        AppText {
            text: screen.invited ? qsTr("%1 invites you to write privately.").arg(Session.inviter)
                                 : qsTr("Who are you?")
            font.pixelSize: Theme.large
            font.weight: Font.DemiBold
            Layout.fillWidth: true
            Accessible.role: Accessible.Heading
        }
        Rectangle {
            visible: Session.greeting !== ""
            color: Theme.surface
            radius: Theme.radius
            implicitHeight: greeting.implicitHeight + 2 * Theme.m
            Layout.fillWidth: true
            AppText {
                id: greeting
                objectName: "greeting"
                text: Session.greeting
                paragraph: true
                anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.m }
            }
        }
        AppText {
            text: qsTr("Continue only if you expected this.")
            visible: screen.invited
            color: Theme.muted
            Layout.fillWidth: true
            Layout.topMargin: -Theme.s
        }
        AppField {
            id: name
            inputName: "name"
            label: screen.invited ? qsTr("Name to show %1").arg(Session.inviter)
                                  : qsTr("Name to show others")
            hint: qsTr("A nickname is fine.")
            maximumLength: 60
            onAccepted: passphrase.take()
        }
        PassphraseField {
            id: passphrase
            inputName: "passphrase"
            label: qsTr("Passphrase")
            shown: show.checked
            hint: text === "" ? qsTr("10 characters or more. Several words are easy to remember.")
                : text === screen.suggested
                ? qsTr("Strong. Write the six words on paper, with the spaces, and keep the paper "
                       + "away from this computer.")
                : [qsTr("Too short"), qsTr("Weak"), qsTr("Fair"), qsTr("Strong")][screen.strength]
            onAccepted: show.checked ? screen.start() : again.take()
        }
        PassphraseField {
            id: again
            inputName: "passphrase-again"
            label: qsTr("Type it again")
            visible: !show.checked
            onAccepted: screen.start()
        }
        AppCheck {
            id: show
            objectName: "show-passphrase"
            text: qsTr("Show")
        }
        AppButton {
            objectName: "suggest-passphrase"
            kind: "quiet"
            text: qsTr("Suggest six words")
            Layout.leftMargin: -Theme.s
            Layout.fillWidth: true
            Layout.maximumWidth: implicitWidth
            onClicked: screen.suggest()
        }
        AppText {
            text: qsTr("Only you know it. Nobody can reset it.")
            font.weight: Font.DemiBold
            Layout.fillWidth: true
        }
        AppField {
            id: relay
            visible: !screen.invited
            inputName: "relay-address"
            label: qsTr("Relay address")
            hint: qsTr("Your relay administrator gives it to you. Without one you can read "
                       + "introductions, but not make any.")
            onAccepted: screen.start()
        }
        Banner {
            name: "start-problem"
            text: Session.problem.text !== "" ? Session.problem.text
                                              : screen.tried ? screen.missing : ""
            Layout.fillWidth: true
        }
        AppButton {
            objectName: "start-writing"
            kind: "primary"
            text: Session.busy ? qsTr("One moment…")
                : screen.invited ? qsTr("Start writing") : qsTr("Start")
            Layout.fillWidth: true
            onClicked: screen.start()
        }
    }
}
