// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Magpie.Core

FocusScope {
    id: pane

    property var screen

    function take() { header.button.forceActiveFocus(Qt.TabFocusReason) }

    Rectangle {
        anchors.fill: parent
        color: Theme.bg
    }
    Rectangle {
        width: 1
        height: parent.height
        color: Theme.line
    }
    Sheet {
        anchors.fill: parent
        centred: false
        margin: Theme.l
        PageHeader {
            id: header
            screen: pane.screen
            title: qsTr("Details")
        }
        Repeater {
            model: Session.conversation.members
            MemberRow { Layout.fillWidth: true }
        }
    }
}
