// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Magpie.Core

Stack {
    id: row

    required property var modelData
    readonly property string badge: Words.badge(modelData)
    readonly property color ink: modelData.self ? Theme.muted
        : modelData.verified ? Theme.good : Theme.warning
    property var groups: []

    spacing: Theme.s
    Accessible.role: Accessible.ListItem
    Accessible.name: modelData.name + ", " + badge

    RowLayout {
        width: parent.width
        spacing: Theme.s
        Icon {
            name: row.modelData.self ? "person" : row.modelData.verified ? "verified" : "warning"
            color: row.ink
            Layout.alignment: Qt.AlignTop
            Layout.preferredWidth: Theme.body * 1.4
            Layout.preferredHeight: Theme.body * 1.4
        }
        Stack {
            spacing: 0
            Layout.alignment: Qt.AlignTop
            AppText {
                text: row.modelData.name
                font.weight: Font.DemiBold
                width: parent.width
                Accessible.ignored: true
            }
            AppText {
                objectName: "badge-" + row.modelData.name
                text: row.badge
                color: row.ink
                font.pixelSize: Theme.small
                width: parent.width
                Accessible.ignored: true
            }
        }
    }
    AppButton {
        objectName: "compare-" + row.modelData.name
        text: qsTr("Compare safety numbers")
        visible: !row.modelData.self && row.groups.length === 0
        width: parent.width
        onClicked: Session.compareNumber(row.modelData.fingerprint)
    }
    SafetyNumber {
        width: parent.width
        groups: row.groups
        visible: row.groups.length > 0
        onAnswered: matches => {
            row.groups = []
            Session.verify(row.modelData.fingerprint, matches)
        }
        onLater: row.groups = []
    }
    Connections {
        target: Session
        function onNumberReady(fingerprint, groups) {
            if (fingerprint === row.modelData.fingerprint) row.groups = groups
        }
    }
}
