// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic

// A line to write in, under its own words.
Stack {
    id: field

    property string label: ""
    property string hint: ""
    property string placeholder: ""
    property alias text: input.text
    property alias input: input
    property alias inputName: input.objectName
    property alias echoMode: input.echoMode
    property alias maximumLength: input.maximumLength
    signal accepted

    function take() { input.forceActiveFocus(Qt.TabFocusReason) }

    spacing: Theme.xs

    AppText {
        text: field.label
        font.pixelSize: Theme.small
        font.weight: Font.DemiBold
        visible: text !== ""
        Accessible.ignored: true
        width: parent.width
    }
    TextField {
        id: input
        width: parent.width
        implicitHeight: Theme.control
        leftPadding: Theme.m
        rightPadding: Theme.m
        font.pixelSize: Theme.body
        color: Theme.text
        placeholderText: field.placeholder
        placeholderTextColor: Theme.muted
        selectionColor: Theme.accent
        selectedTextColor: Theme.bg
        selectByMouse: true
        Accessible.name: field.label !== "" ? field.label : field.placeholder
        Accessible.description: field.hint
        onAccepted: field.accepted()
        background: Rectangle {
            radius: Theme.radius
            color: Theme.bg
            border.width: input.activeFocus ? Theme.ring : 1
            border.color: input.activeFocus ? Theme.accent : Theme.border
        }
    }
    AppText {
        text: field.hint
        font.pixelSize: Theme.small
        color: Theme.muted
        visible: text !== ""
        width: parent.width
    }
}
