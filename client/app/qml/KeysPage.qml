// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Magpie.Core

FocusScope {
    id: page

    property var screen

    function take() { header.button.forceActiveFocus(Qt.TabFocusReason) }

    Sheet {
        anchors.fill: parent
        centred: false
        PageHeader {
            id: header
            screen: page.screen
            title: qsTr("Keys")
        }
        Repeater {
            model: [["Enter", qsTr("Send")], ["Shift+Enter", qsTr("New line")],
                    ["Ctrl+K", qsTr("Switch room")], ["Alt+↑  Alt+↓", qsTr("Room before, room after")],
                    ["F6  Shift+F6", qsTr("Next pane, pane before")],
                    ["Ctrl+N", qsTr("New introduction")], ["Ctrl+L", qsTr("Lock")],
                    ["Ctrl+,", qsTr("Settings")], ["F1", qsTr("This list")],
                    ["Esc", qsTr("Close what is on top")], ["Ctrl+Q", qsTr("Quit")]]
            GridLayout {
                id: line
                required property var modelData
                columns: page.width < 440 * Theme.scale ? 1 : 2
                columnSpacing: Theme.m
                rowSpacing: 2
                Layout.fillWidth: true
                AppText {
                    text: line.modelData[0]
                    color: Theme.muted
                    Layout.preferredWidth: 150 * Theme.scale
                }
                AppText {
                    text: line.modelData[1]
                    Layout.fillWidth: true
                }
            }
        }
    }
}
