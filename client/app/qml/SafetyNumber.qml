// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick

Stack {
    id: number

    property var groups: []
    signal answered(bool matches)
    signal later

    spacing: Theme.m
    AppText {
        text: qsTr("Call them. Read yours aloud; they read theirs.")
        width: parent.width
    }
    Rectangle {
        color: Theme.surface
        radius: Theme.radius
        implicitHeight: digits.implicitHeight + 2 * Theme.m
        width: parent.width
        Flow {
            id: digits
            anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.m }
            spacing: Theme.m
            Accessible.role: Accessible.StaticText
            Accessible.name: number.groups.join(" ")
            Repeater {
                model: number.groups
                AppText {
                    required property string modelData
                    objectName: "safety-group"
                    text: modelData
                    font.pixelSize: Theme.title
                    Accessible.ignored: true
                }
            }
        }
    }
    Wrap {
        width: parent.width
        AppButton {
            objectName: "numbers-match"
            text: qsTr("They match")
            width: Math.min(implicitWidth, parent.width)
            onClicked: number.answered(true)
        }
        AppButton {
            objectName: "numbers-differ"
            danger: true
            text: qsTr("They differ")
            width: Math.min(implicitWidth, parent.width)
            onClicked: number.answered(false)
        }
        AppButton {
            objectName: "numbers-later"
            kind: "quiet"
            text: qsTr("Later")
            width: Math.min(implicitWidth, parent.width)
            onClicked: number.later()
        }
    }
}
