// SPDX-License-Identifier: GPL-3.0-or-later
// Every colour, size and distance of the screens.
pragma Singleton

import QtQuick
import Magpie.Core

QtObject {
    readonly property bool dark: Session.preferences.dark
    readonly property real scale: Session.preferences.textScale

    readonly property color bg: dark ? "#15181B" : "#FFFFFF"
    readonly property color surface: dark ? "#1F2428" : "#F3F4F6"
    readonly property color own: dark ? "#1F3247" : "#E4EEF9"
    readonly property color text: dark ? "#E8EAED" : "#1B1F24"
    readonly property color muted: dark ? "#AAB2BB" : "#525A63"
    readonly property color accent: dark ? "#8DBBF2" : "#1B5AA3"
    readonly property color danger: dark ? "#FFA096" : "#A3251B"
    readonly property color warning: dark ? "#F2C166" : "#744700"
    readonly property color good: dark ? "#82D49E" : "#17633A"
    readonly property color border: dark ? "#7F8993" : "#757E88"
    // A line between two areas, not around a control; no meaning hangs on seeing it.
    readonly property color line: dark ? "#323940" : "#DADEE3"
    readonly property color pressed: dark ? "#2A3138" : "#E6E9ED"

    readonly property real small: 13 * scale
    readonly property real body: 15 * scale
    readonly property real title: 18 * scale
    readonly property real large: 24 * scale
    readonly property real lineHeight: 1.5

    readonly property int xs: 4
    readonly property int s: 8
    readonly property int m: 12
    readonly property int l: 16
    readonly property int xl: 24
    readonly property int radius: 8
    readonly property int ring: 2
    readonly property real control: Math.max(40, body * 1.5 + 2 * s)
}
