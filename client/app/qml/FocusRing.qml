// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick

// The ring of what has the keyboard; outside its edge, so that it shows on filled controls too.
Rectangle {
    property bool shown: false
    property int gap: 2

    anchors.fill: parent
    anchors.margins: -(gap + Theme.ring)
    radius: Theme.radius + gap + Theme.ring
    color: "transparent"
    border.width: Theme.ring
    border.color: Theme.accent
    visible: shown
}
