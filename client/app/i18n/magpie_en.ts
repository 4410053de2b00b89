<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en">
    <context>
        <name>ConversationHeader</name>
        <message numerus="yes">
            <source>%n people</source>
            <translation>
                <numerusform>%n person</numerusform>
                <numerusform>%n people</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>MessageRow</name>
        <message numerus="yes">
            <source>%n message(s) from %1 haven't arrived. The others are in order. Ask %1 to send them again.</source>
            <translation>
                <numerusform>%n message from %1 hasn't arrived. The others are in order. Ask %1 to send it again.</numerusform>
                <numerusform>%n messages from %1 haven't arrived. The others are in order. Ask %1 to send them again.</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>RoomRow</name>
        <message numerus="yes">
            <source>%n unread</source>
            <translation>
                <numerusform>%n unread</numerusform>
                <numerusform>%n unread</numerusform>
            </translation>
        </message>
    </context>
    <context>
        <name>SettingsPage</name>
        <message numerus="yes">
            <source>%n minute(s)</source>
            <translation>
                <numerusform>%n minute</numerusform>
                <numerusform>%n minutes</numerusform>
            </translation>
        </message>
    </context>
</TS>
