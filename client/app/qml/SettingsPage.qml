// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Layouts
import Magpie.Core

FocusScope {
    id: page

    property var screen

    function take() { header.button.forceActiveFocus(Qt.TabFocusReason) }

    component Part: Stack {
        property alias title: words.text
        AppText {
            id: words
            font.weight: Font.DemiBold
            width: parent.width
        }
    }

    Sheet {
        anchors.fill: parent
        centred: false
        PageHeader {
            id: header
            screen: page.screen
            title: qsTr("Settings")
        }
        Part {
            title: qsTr("Language")
            LanguageChoice { width: parent.width }
        }
        Part {
            title: qsTr("Text size")
            Choice {
                width: parent.width
                name: "text-size"
                label: qsTr("Text size")
                options: [100, 125, 150, 200].map(size => ({ value: size, text: size + " %" }))
                current: Math.round(Session.preferences.textScale * 100)
                onChosen: value => Session.preferences.textScale = value / 100
            }
        }
        Part {
            title: qsTr("Colours")
            Choice {
                width: parent.width
                name: "theme"
                label: qsTr("Colours")
                options: [{ value: "auto", text: qsTr("As the system") },
                          { value: "light", text: qsTr("Light") },
                          { value: "dark", text: qsTr("Dark") }]
                current: Session.preferences.theme
                onChosen: value => Session.preferences.theme = value
            }
        }
        Part {
            title: qsTr("Lock when nobody types for")
            Choice {
                width: parent.width
                name: "idle-lock"
                label: qsTr("Lock when nobody types for")
                options: [1, 5, 10, 30].map(count => ({ value: count,
                                                        text: qsTr("%n minute(s)", "", count) }))
                current: Session.preferences.idleMinutes
                onChosen: value => Session.preferences.idleMinutes = value
            }
        }
        Part {
            title: qsTr("Relay")
            AppField {
                id: relay
                width: parent.width
                inputName: "settings-relay"
                label: qsTr("Relay address")
                text: Session.relay
                hint: qsTr("New introductions are made there. Conversations stay where they are.")
                onAccepted: if (save.enabled) Session.setRelay(text)
            }
            AppButton {
                id: save
                objectName: "save-relay"
                text: qsTr("Save the relay")
                enabled: relay.text.trim() !== Session.relay && Session.isRelayAddress(relay.text)
                width: Math.min(implicitWidth, parent.width)
                onClicked: Session.setRelay(relay.text)
            }
            Banner {
                name: "settings-problem"
                text: Session.problem.text
                width: parent.width
            }
        }
        Part {
            title: qsTr("About Magpie")
            AppText {
                text: qsTr("Magpie encrypts every message on your computer. The relay can't read it.")
                    + "\n" + qsTr("The cryptography has had no external audit yet.")
                paragraph: true
                color: Theme.muted
                width: parent.width
            }
        }
    }
}
