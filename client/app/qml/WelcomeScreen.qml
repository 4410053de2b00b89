// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Dialogs
import QtQuick.Layouts
import Magpie.Core

FocusScope {
    id: screen

    function begin() { link.take() }
    function go() { if (!Session.busy) Session.readLink(link.text, pin.text) }

    Sheet {
        id: page
        anchors.fill: parent
        LanguageChoice {
            Layout.alignment: Qt.AlignRight
            layoutDirection: Qt.RightToLeft
            options: [{ value: "en", text: "English" }, { value: "zh_CN", text: "中文" },
                      { value: "ko", text: "한국어" }]
        }
        Icon {
            name: "bird"
            color: Theme.accent
            Layout.preferredWidth: 48 * Theme.scale
            Layout.preferredHeight: 48 * Theme.scale
            Layout.topMargin: Theme.l
        }
        AppText {
            text: qsTr("Welcome.")
            font.pixelSize: Theme.large
            font.weight: Font.DemiBold
            Layout.fillWidth: true
            Accessible.role: Accessible.Heading
        }
        AppText {
            text: qsTr("Did someone send you an introduction?")
            font.pixelSize: Theme.title
            Layout.fillWidth: true
            Layout.topMargin: -Theme.s
        }
        AppField {
            id: link
            inputName: "first-run-link"
            placeholder: qsTr("Paste the link here")
            input.implicitHeight: Math.max(52, Theme.control * 1.2)
            input.onTextEdited: Session.problem.clear()
            onAccepted: screen.go()
        }
        AppField {
            id: pin
            visible: Session.needsPin
            inputName: "first-run-pin"
            label: qsTr("PIN")
            hint: qsTr("The person who sent you the link tells you the PIN by telephone.")
            onVisibleChanged: if (visible) take()
            onAccepted: screen.go()
        }
        Banner {
            name: "first-run-problem"
            text: Session.problem.text
            Layout.fillWidth: true
        }
        AppButton {
            objectName: "first-run-continue"
            kind: "primary"
            text: Session.busy ? qsTr("Reading the introduction…") : qsTr("Continue")
            enabled: link.text !== ""
            Layout.fillWidth: true
            onClicked: screen.go()
        }
        Wrap {
            AppButton {
                objectName: "first-run-picture"
                text: qsTr("Open the picture…")
                width: Math.min(implicitWidth, parent.width)
                onClicked: picture.open()
            }
            AppButton {
                objectName: "first-run-without"
                text: qsTr("Start without one")
                width: Math.min(implicitWidth, parent.width)
                onClicked: Session.startWithout()
            }
        }
        AppText {
            text: qsTr("Magpie asks for no telephone number and no e-mail address.") + "\n"
                + qsTr("The cryptography has had no external audit yet.")
            font.pixelSize: Theme.small
            color: Theme.muted
            paragraph: true
            Layout.fillWidth: true
            Layout.topMargin: Theme.s
        }
    }

    Connections {
        target: Session
        function onPictureRead(text) {
            link.text = text
            link.take()
        }
    }
    // Pasting and dropping work anywhere on this screen.
    Shortcut {
        sequences: [StandardKey.Paste]
        onActivated: {
            link.take()
            link.input.paste()
        }
    }
    DropArea {
        anchors.fill: parent
        onDropped: drop => {
            if (drop.hasUrls && drop.urls[0].toString().startsWith("file:"))
                Session.readPicture(drop.urls[0])
            else if (drop.hasText)
                link.text = drop.text
        }
    }
    FileDialog {
        id: picture
        nameFilters: [qsTr("Pictures") + " (*.png *.jpg *.jpeg *.gif)"]
        onAccepted: Session.readPicture(selectedFile)
    }
}
