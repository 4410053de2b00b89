// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts

// A column in the middle of what may be smaller than it: it scrolls, and what gets the keyboard
// is scrolled into sight.
Flickable {
    id: page

    default property alias content: column.data
    property real maximum: 480 * Theme.scale
    property bool centred: true
    property real margin: width < 480 ? Theme.l : Theme.xl

    function reveal(item) {
        if (!item) return
        let inside = item
        while (inside && inside !== column) inside = inside.parent
        if (!inside) return
        const top = item.mapToItem(contentItem, 0, 0).y - Theme.xl
        const bottom = top + item.height + 2 * Theme.xl
        if (top < contentY) contentY = Math.max(0, top)
        else if (bottom > contentY + height)
            contentY = Math.max(0, Math.min(bottom, contentHeight) - height)
    }

    clip: true
    contentWidth: width
    contentHeight: Math.max(height, column.implicitHeight + 2 * margin)
    boundsBehavior: Flickable.StopAtBounds
    ScrollBar.vertical: ScrollBar {
        policy: page.contentHeight > page.height + 1 ? ScrollBar.AlwaysOn : ScrollBar.AlwaysOff
    }

    Connections {
        target: page.Window.window
        function onActiveFocusItemChanged() { page.reveal(page.Window.window.activeFocusItem) }
    }
    ColumnLayout {
        id: column
        x: Math.max(page.margin, (page.width - width) / 2)
        y: page.centred ? Math.max(page.margin, (page.height - implicitHeight) / 2 - Theme.xl)
                        : page.margin
        width: Math.min(page.width - 2 * page.margin, page.maximum)
        spacing: Theme.l
    }
}
