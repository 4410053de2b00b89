// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick.Controls.Basic

AppButton {
    kind: "quiet"
    display: AbstractButton.IconOnly
}
