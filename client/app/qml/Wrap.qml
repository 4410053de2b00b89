// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts

// Side by side, and on the next line where the line is full. As wide as it is made, whatever is in
// it: so what is in it may ask for this width.
Item {
    default property alias items: flow.data
    property alias spacing: flow.spacing
    property alias layoutDirection: flow.layoutDirection

    implicitHeight: flow.implicitHeight
    Layout.fillWidth: true
    Flow {
        id: flow
        width: parent.width
        spacing: Theme.s
    }
}
