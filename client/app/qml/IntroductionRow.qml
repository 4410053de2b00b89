// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Magpie.Core

Rectangle {
    id: row

    required property string room
    required property string label
    required property string link
    required property int introductionState
    required property string expires
    required property string used
    required property int attempts
    readonly property bool waiting: introductionState === 1
    readonly property string words: Words.introductionState(introductionState, used)
    signal shown(string label, string link)

    objectName: "introduction-" + label
    color: Theme.surface
    radius: Theme.radius
    implicitHeight: content.implicitHeight + 2 * Theme.m
    Accessible.role: Accessible.ListItem
    Accessible.name: label + ", " + words

    Stack {
        id: content
        anchors { left: parent.left; right: parent.right; top: parent.top; margins: Theme.m }
        spacing: Theme.xs
        RowLayout {
            width: parent.width
            spacing: Theme.s
            Icon {
                name: row.waiting ? "waiting" : row.introductionState === 2 ? "delivered" : "close"
                color: row.waiting ? Theme.accent
                    : row.introductionState === 2 ? Theme.good : Theme.muted
                Layout.preferredWidth: Theme.body * 1.3
                Layout.preferredHeight: Theme.body * 1.3
            }
            AppText {
                text: row.label
                font.weight: Font.DemiBold
                Layout.fillWidth: true
                Accessible.ignored: true
            }
        }
        AppText {
            objectName: "introduction-state-" + row.label
            text: row.waiting ? qsTr("%1 · ends %2").arg(row.words).arg(row.expires) : row.words
            color: Theme.muted
            font.pixelSize: Theme.small
            width: parent.width
        }
        AppText {
            text: qsTr("Somebody tried the used link. Only the first person got in.")
            color: Theme.warning
            font.pixelSize: Theme.small
            visible: row.attempts > 0
            width: parent.width
        }
        Wrap {
            width: parent.width
            visible: row.waiting
            AppButton {
                objectName: "show-introduction"
                kind: "quiet"
                text: qsTr("Show link")
                onClicked: row.shown(row.label, row.link)
            }
            AppButton {
                objectName: "cancel-introduction"
                kind: "quiet"
                danger: true
                text: qsTr("Cancel")
                onClicked: Session.introductions.cancel(row.room)
            }
        }
    }
}
