// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Magpie.Core

FocusScope {
    id: page

    property var screen
    property string madeFor: ""
    property string madeLink: ""

    function take() {
        if (form.visible) form.take()
        else result.take()
    }

    Sheet {
        anchors.fill: parent
        centred: false
        PageHeader {
            screen: page.screen
            title: page.madeLink === "" ? qsTr("New introduction") : qsTr("Introduction")
        }
        NewIntroduction {
            id: form
            visible: page.madeLink === ""
        }
        IntroductionResult {
            id: result
            visible: page.madeLink !== ""
            label: page.madeFor
            link: page.madeLink
            onAnother: {
                page.madeLink = ""
                form.reset()
                form.take()
            }
        }
        AppText {
            text: qsTr("Introductions")
            font.pixelSize: Theme.title
            font.weight: Font.DemiBold
            visible: rows.count > 0
            Layout.topMargin: Theme.l
            Layout.fillWidth: true
            Accessible.role: Accessible.Heading
        }
        Repeater {
            id: rows
            model: Session.introductions
            IntroductionRow {
                Layout.fillWidth: true
                onShown: (label, link) => {
                    page.madeFor = label
                    page.madeLink = link
                    result.take()
                }
            }
        }
    }
    Connections {
        target: Session.introductions
        function onMade(label, link) {
            page.madeFor = label
            page.madeLink = link
            result.take()
        }
    }
}
