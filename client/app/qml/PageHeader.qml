// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts

// The head of a page in the middle: its name, and the way back.
RowLayout {
    id: header

    required property var screen
    property string title: ""
    property alias button: back

    spacing: Theme.s
    Layout.fillWidth: true
    IconButton {
        id: back
        objectName: "close-page"
        iconName: "back"
        text: qsTr("Back")
        Layout.leftMargin: -Theme.s
        onClicked: header.screen.closeTopmost()
    }
    AppText {
        text: header.title
        font.pixelSize: Theme.title
        font.weight: Font.DemiBold
        Layout.fillWidth: true
        Accessible.role: Accessible.Heading
    }
}
