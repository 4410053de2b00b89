// SPDX-License-Identifier: GPL-3.0-or-later
import QtQuick
import QtQuick.Controls.Basic
import QtQuick.Layouts
import Magpie.Core

FocusScope {
    id: composer

    required property var screen
    readonly property string room: Session.conversation.room
    readonly property string title: Session.conversation.title
    property string shownRoom: "" // whose draft is in the field
    property bool sending: false  // until the input method has given its last syllable

    function take() { area.forceActiveFocus() }
    function send() {
        sending = true
        Qt.inputMethod.commit()
        finish()
    }
    // Once, and only when nothing is half composed.
    function finish() {
        if (!sending || area.preeditText !== "") return
        sending = false
        if (area.text.trim() === "") return
        const text = area.text
        area.clear()
        Session.conversation.send(text)
    }
    function showDraft() {
        shownRoom = ""
        sending = false
        area.text = Session.draft(room)
        area.cursorPosition = area.length
        shownRoom = room
    }

    implicitHeight: content.implicitHeight + 2 * Theme.m
    onRoomChanged: showDraft()
    Component.onCompleted: showDraft()
    Connections {
        target: Session
        function onDraftRestored(room) { if (room === composer.room) composer.showDraft() }
    }

    ColumnLayout {
        id: content
        anchors { left: parent.left; right: parent.right; top: parent.top
                  margins: Theme.m; leftMargin: Theme.l; rightMargin: Theme.l }
        spacing: Theme.s
        Rectangle {
            color: Theme.bg
            radius: Theme.radius
            border.width: area.activeFocus ? Theme.ring : 1
            border.color: area.activeFocus ? Theme.accent : Theme.border
            implicitHeight: Math.min(flick.contentHeight, composer.screen.height * 0.3)
            Layout.fillWidth: true
            Flickable {
                id: flick
                anchors.fill: parent
                contentHeight: area.implicitHeight
                clip: true
                boundsBehavior: Flickable.StopAtBounds
                ScrollBar.vertical: ScrollBar {}
                TextArea.flickable: TextArea {
                    id: area
                    objectName: "composer"
                    focus: true
                    leftPadding: Theme.m
                    rightPadding: Theme.m
                    topPadding: Theme.s + 2
                    bottomPadding: Theme.s + 2
                    textFormat: TextEdit.PlainText
                    wrapMode: TextEdit.Wrap
                    color: Theme.text
                    font.pixelSize: Theme.body
                    selectionColor: Theme.accent
                    selectedTextColor: Theme.bg
                    selectByMouse: true
                    placeholderText: qsTr("Write to %1").arg(composer.title)
                    placeholderTextColor: Theme.muted
                    background: null
                    KeyNavigation.priority: KeyNavigation.BeforeItem
                    KeyNavigation.tab: button
                    KeyNavigation.backtab: composer.screen.messagesOrList ?? null
                    Accessible.name: placeholderText
                    Accessible.multiLine: true
                    onTextChanged: if (composer.shownRoom !== "")
                                       Session.setDraft(composer.shownRoom, text)
                    // The composed text is taken away before the text that it became is put in.
                    onPreeditTextChanged: if (composer.sending) Qt.callLater(composer.finish)
                    Keys.onPressed: event => {
                        const enter = event.key === Qt.Key_Return || event.key === Qt.Key_Enter
                        if (!enter) composer.sending = false
                        if (enter && !(event.modifiers & Qt.ShiftModifier)) {
                            composer.send()
                            event.accepted = true
                        } else if (event.key === Qt.Key_K && event.modifiers === Qt.ControlModifier) {
                            // The field would take it as "delete to the end of the line".
                            composer.screen.switcher.open()
                            event.accepted = true
                        }
                    }
                }
            }
        }
        RowLayout {
            spacing: Theme.s
            AppText {
                text: qsTr("Enter sends. Shift+Enter starts a new line.")
                color: Theme.muted
                font.pixelSize: Theme.small
                visible: composer.width > 520 * Theme.scale
                Layout.fillWidth: true
            }
            Item {
                visible: composer.width <= 520 * Theme.scale
                Layout.fillWidth: true
            }
            AppButton {
                id: button
                objectName: "send"
                kind: "primary"
                iconName: "send"
                text: qsTr("Send to %1").arg(composer.title)
                Layout.fillWidth: true
                Layout.maximumWidth: implicitWidth
                onClicked: composer.send()
            }
        }
    }
}
