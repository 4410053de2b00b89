// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick

// No input method composes here, shown or not: the same keys always give the same passphrase.
AppField {
    property bool shown: false

    echoMode: shown ? TextInput.Normal : TextInput.Password
    input.inputMethodHints: Qt.ImhHiddenText | Qt.ImhSensitiveData | Qt.ImhNoPredictiveText
        | Qt.ImhNoAutoUppercase
    input.Accessible.passwordEdit: true
}
