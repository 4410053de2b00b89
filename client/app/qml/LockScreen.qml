// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Magpie.Core

FocusScope {
    id: screen

    property bool forgotten: false

    function begin() { passphrase.take() }
    function unlock() {
        if (Session.busy || passphrase.text === "") return
        Session.unlock(passphrase.text)
        passphrase.input.selectAll()
    }

    Sheet {
        anchors.fill: parent
        maximum: 400 * Theme.scale
        Icon {
            name: "lock"
            color: Theme.accent
            Layout.preferredWidth: 44 * Theme.scale
            Layout.preferredHeight: 44 * Theme.scale
        }
        AppText {
            objectName: "locked-title"
            text: qsTr("Magpie is locked")
            font.pixelSize: Theme.large
            font.weight: Font.DemiBold
            Layout.fillWidth: true
            Accessible.role: Accessible.Heading
        }
        PassphraseField {
            id: passphrase
            inputName: "lock-passphrase"
            label: qsTr("Passphrase")
            onAccepted: screen.unlock()
        }
        Banner {
            name: "lock-problem"
            text: Session.problem.text
            Layout.fillWidth: true
        }
        AppButton {
            objectName: "unlock"
            kind: "primary"
            text: Session.busy ? qsTr("Unlocking…") : qsTr("Unlock")
            Layout.fillWidth: true
            onClicked: screen.unlock()
        }
        AppButton {
            objectName: "forgot"
            kind: "quiet"
            text: screen.forgotten ? qsTr("Go back") : qsTr("Forgot it?")
            Layout.leftMargin: -Theme.s
            Layout.fillWidth: true
            Layout.maximumWidth: implicitWidth
            onClicked: screen.forgotten = !screen.forgotten
        }
        Banner {
            name: "forgotten"
            kind: "info"
            text: screen.forgotten
                ? qsTr("Nobody can open these messages without it. They stay locked here. Go back "
                       + "and try again, or ask for a new introduction on another computer.") : ""
            Layout.fillWidth: true
        }
    }
}
