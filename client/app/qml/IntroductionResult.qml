// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Dialogs
import Magpie.Core

Stack {
    id: result

    property string label: ""
    property string link: ""
    property bool copied: false
    signal another

    function take() { copy.forceActiveFocus(Qt.TabFocusReason) }

    spacing: Theme.l
    onLinkChanged: copied = false
    AppText {
        text: qsTr("Works once. Whoever opens it first becomes “%1”. Send it only where %1 alone "
                   + "reads.").arg(result.label)
        paragraph: true
        width: parent.width
    }
    Rectangle {
        color: "white" // a code is read from white, in the dark theme too
        radius: Theme.radius
        border.width: 1
        border.color: Theme.line
        anchors.horizontalCenter: parent.horizontalCenter
        width: Math.min(264, result.width)
        height: width
        QrCode {
            objectName: "introduction-qr"
            anchors.fill: parent
            anchors.margins: Theme.s
            text: result.link
            Accessible.role: Accessible.Graphic
            Accessible.name: qsTr("The introduction as a picture")
        }
    }
    AppField {
        width: parent.width
        inputName: "introduction-link"
        label: qsTr("Introduction link")
        text: result.link
        input.readOnly: true
        input.onActiveFocusChanged: if (input.activeFocus) input.selectAll()
    }
    Wrap {
        width: parent.width
        AppButton {
            id: copy
            objectName: "copy-link"
            kind: "primary"
            text: result.copied ? qsTr("Copied") : qsTr("Copy")
            width: Math.min(implicitWidth, parent.width)
            onClicked: {
                Session.copy(result.link)
                result.copied = true
            }
        }
        AppButton {
            objectName: "save-picture"
            text: qsTr("Save picture")
            width: Math.min(implicitWidth, parent.width)
            onClicked: file.open()
        }
        AppButton {
            objectName: "another-introduction"
            kind: "quiet"
            text: qsTr("Make another")
            width: Math.min(implicitWidth, parent.width)
            onClicked: result.another()
        }
    }
    FileDialog {
        id: file
        fileMode: FileDialog.SaveFile
        defaultSuffix: "png"
        nameFilters: [qsTr("Pictures") + " (*.png)"]
        onAccepted: Session.savePicture(selectedFile, result.link)
    }
}
