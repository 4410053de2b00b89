// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts

// One below the other, each as wide as the line. For what stands inside a layout: a layout inside
// another keeps the heights that it had before its words found their width (seen with Qt 6.4).
Item {
    id: stack

    default property alias items: column.data
    property alias spacing: column.spacing

    implicitHeight: column.implicitHeight
    Layout.fillWidth: true
    Column {
        id: column
        width: stack.width
        spacing: Theme.s
    }
}
