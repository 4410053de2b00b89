// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic

// One of a few; wraps where the line is short.
Wrap {
    id: choice

    property string label: ""
    property var options: [] // of { value, text }
    property var current
    property string name: ""
    signal chosen(var value)

    spacing: Theme.xs
    Accessible.role: Accessible.Grouping
    Accessible.name: label

    Repeater {
        model: choice.options
        AbstractButton {
            id: option
            required property var modelData
            readonly property bool current: choice.current === modelData.value

            objectName: choice.name + "-" + modelData.value
            text: modelData.text
            focusPolicy: Qt.StrongFocus
            checked: current
            implicitHeight: Math.max(36, words.implicitHeight + 2 * Theme.s)
            implicitWidth: Math.ceil(measure.advanceWidth) + 2 * Theme.m + 1
            width: Math.min(implicitWidth, choice.width)
            Accessible.role: Accessible.RadioButton
            Accessible.name: text
            Accessible.checked: current
            onClicked: choice.chosen(modelData.value)
            Keys.onReturnPressed: clicked()
            Keys.onEnterPressed: clicked()
            TextMetrics {
                id: measure
                font: words.font
                text: option.text
            }
            contentItem: AppText {
                id: words
                text: option.text
                horizontalAlignment: Text.AlignHCenter
                verticalAlignment: Text.AlignVCenter
                color: option.current ? Theme.accent : Theme.text
                font.weight: option.current ? Font.DemiBold : Font.Normal
                Accessible.ignored: true
            }
            background: Rectangle {
                radius: Theme.radius
                color: option.current ? Theme.own : option.hovered ? Theme.pressed : "transparent"
                border.width: option.current ? Theme.ring : 1
                border.color: option.current ? Theme.accent : Theme.border
                FocusRing { shown: option.visualFocus }
            }
        }
    }
}
