// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import Magpie.Core

ApplicationWindow {
    id: window

    title: "Magpie"
    width: 1000
    height: 720
    minimumWidth: 360
    minimumHeight: 480
    visible: true
    color: Theme.bg
    font: Session.preferences.font

    Shortcut { sequence: "Ctrl+Q"; onActivated: Qt.quit() }

    // Locking unloads the main screen whole: its dialogs, its text, its accessible tree.
    Loader {
        id: screen
        anchors.fill: parent
        focus: true
        source: ({ "welcome": "WelcomeScreen.qml", "about-you": "AboutYouScreen.qml",
                   "locked": "LockScreen.qml", "open": "MainScreen.qml" })[Session.phase]
        onLoaded: item.begin()
    }
}
