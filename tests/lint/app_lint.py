#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the screens must keep to: words in every language, plain text, no way to the network.

app_lint.py [ROOT]      prints each breach, false where there is one
app_lint.py --self-test plants breaches in a temporary tree and wants each found
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

LANGUAGES = ("en", "ko", "zh_CN")
LUPDATE = shutil.which("lupdate", path="/usr/lib/qt6/bin:/usr/bin")

STRING = re.compile(r'"((?:\\.|[^"\\\n])*)"')
COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
TRANSLATED = re.compile(r"\b(?:qsTr|tr|translate)\(")
# What is the same in every language: the name, each language's own name, keys, fonts, files.
KEY = r"(?:(?:Ctrl|Shift|Alt)\+)*(?:Enter|Esc|Up|Down|F\d|[A-Z,↑↓])"
SAME_EVERYWHERE = re.compile(
    rf"Magpie|한국어|中文|English|zh_CN|Noto Sans.*|\S+\.qml|#[0-9A-Fa-f]{{6}}| \(\*\.[^)]*\)"
    rf"|{KEY}(?: +{KEY})?")
VISIBLE = re.compile(r"\b(?:text|label|hint|title|placeholder|placeholderText|action|"
                     r"Accessible\.(?:name|description)|ToolTip\.text)\s*:[^\n]*$")
LETTERS = re.compile(r"[^\W\d_]{2}")
WORDS = re.compile(r"[^\W\d_]{2}[^\n]* [^\n]*[^\W\d_]{2}|[\u1100-\uffff]")

ELEMENT = re.compile(r"(?<![\w.])(?:T\.)?([A-Z]\w*)\s*\{")
WRITES = {"Text", "Label", "TextEdit", "TextArea"}
PLAIN = re.compile(r"\btextFormat:\s*(?:Text|TextEdit)\.PlainText\b")
INTERACTIVE = {"AppButton", "IconButton", "AppField", "PassphraseField", "AppCheck", "Choice",
               "TextArea", "TextField", "Button", "CheckBox"}
NAMED = re.compile(r"\b(?:objectName|inputName|name)\s*:")
# The parts that other screens are made of get their names there.
PARTS = {"AppButton.qml", "IconButton.qml", "AppField.qml", "PassphraseField.qml", "AppCheck.qml",
         "Choice.qml", "LanguageChoice.qml"}

FORBIDDEN = re.compile(
    r"\b(RichText|StyledText|MarkdownText|AutoText|onLinkActivated|linkActivated|XMLHttpRequest|"
    r"WebSocket|openUrlExternally|QDesktopServices|QNetworkAccessManager|QTcpSocket|QProcess|"
    r"QtWebEngine|QtWebSockets|QtMultimedia|Image|AnimatedImage|BorderImage)\b")
ALLOWED_CPP = {"Image"}
NEVER = re.compile("탈북" "자|脱北" "者")


def without_comments(text):
    return COMMENT.sub(lambda found: found[0] if found[0].startswith('"') else
                       re.sub(r"[^\n]", " ", found[0]), text)


def closing(text, start, pair):
    """The place behind the bracket that closes the one before `start`."""
    depth, place = 1, start
    while depth and place < len(text):
        quoted = STRING.match(text, place)
        if quoted:
            place = quoted.end()
            continue
        depth += (text[place] == pair[0]) - (text[place] == pair[1])
        place += 1
    return place


def without_translated(text):
    """The same text with each qsTr(...) and tr(...) blanked out."""
    place = 0
    while found := TRANSLATED.search(text, place):
        end = closing(text, found.end(), "()")
        text = text[:found.start()] + re.sub(r"[^\n]", " ", text[found.start():end]) + text[end:]
        place = end
    return text


def literals(text):
    for number, line in enumerate(text.splitlines(), 1):
        for found in STRING.finditer(line):
            yield number, line[:found.start()], found[1]


def qml_literals(text):
    for number, before, literal in literals(without_translated(text)):
        if SAME_EVERYWHERE.fullmatch(literal) or before.lstrip().startswith("import"):
            continue
        shown = VISIBLE.search(before) and LETTERS.search(literal) and "===" not in before
        if shown or WORDS.search(literal):
            yield f"{number}: \"{literal}\" is not translated"


def own_block(text, start):
    """The lines of an element itself, without those of the elements inside it."""
    block = text[start:closing(text, start, "{}") - 1]
    while inner := ELEMENT.search(block):
        block = block[:inner.start()] + block[closing(block, inner.end(), "{}"):]
    return block


def qml_elements(name, text):
    for found in ELEMENT.finditer(text):
        number = text.count("\n", 0, found.start()) + 1
        block = own_block(text, found.end())
        if found[1] in WRITES and not PLAIN.search(block):
            yield f"{number}: {found[1]} without textFormat PlainText"
        if found[1] in INTERACTIVE and name not in PARTS and not NAMED.search(block):
            yield f"{number}: {found[1]} without a name for tests and helpers"


def forbidden(text, allowed=()):
    for found in FORBIDDEN.finditer(text):
        if found[1] not in allowed:
            yield f"{text.count(chr(10), 0, found.start()) + 1}: must not use {found[1]}"


def cpp_literals(name, text):
    """`main.cpp` speaks to whoever types a command; a site names a check, never for a person."""
    if name == "main.cpp":
        return
    for number, before, literal in literals(without_translated(text)):
        internal = "Errc::" in before or "include" in before or SAME_EVERYWHERE.fullmatch(literal)
        if WORDS.search(literal) and not internal:
            yield f"{number}: \"{literal}\" is not translated"


def check_sources(app):
    for file in sorted(app.rglob("*")):
        if file.suffix not in (".qml", ".cpp", ".h"):
            continue
        text = without_comments(file.read_text(encoding="utf-8"))
        if file.suffix == ".qml":
            found = [*qml_literals(text), *qml_elements(file.name, text), *forbidden(text)]
        else:
            found = [*cpp_literals(file.name, text), *forbidden(text, ALLOWED_CPP)]
        yield from (f"{file.relative_to(app)}:{breach}" for breach in found)


def messages(file):
    """What a file of translations has: {(context, source, comment): (translations, state)}."""
    result = {}
    for context in xml.etree.ElementTree.parse(file).getroot().iter("context"):
        for message in context.iter("message"):
            translation = message.find("translation")
            forms = [form.text or "" for form in translation.iter("numerusform")]
            result[(context.findtext("name"), message.findtext("source"),
                    message.findtext("comment"))] = (
                        forms or [translation.text or ""], translation.get("type"))
    return result


def wanted_messages(app, language, folder):
    """What the sources ask to be translated, by lupdate's own account."""
    file = pathlib.Path(folder) / f"{language}.ts"
    only = ["-pluralonly"] if language == "en" else []
    done = subprocess.run([LUPDATE, "-silent", "-locations", "none", *only, "-extensions",
                           "qml,cpp,h", str(app), "-ts", str(file)],
                          capture_output=True, text=True, check=False)
    return messages(file) if done.returncode == 0 and file.is_file() else None


def placeholders(text):
    return sorted(set(re.findall(r"%(?:\d|n)", text)))


def check_language(app, language, folder):
    file = app / "i18n" / f"magpie_{language}.ts"
    if not file.is_file():
        yield "is not there"
        return
    wanted, present = wanted_messages(app, language, folder), messages(file)
    if wanted is None:
        yield "could not be compared: lupdate failed"
        return
    for key in wanted.keys() - present.keys():
        yield f"lacks \"{key[1]}\" of {key[0]}"
    for key in present.keys() - wanted.keys():
        yield f"has \"{key[1]}\" of {key[0]}, which no screen says"
    for (_, source, _), (forms, state) in present.items():
        if state or not all(forms):
            yield f"has not finished \"{source}\""
        elif any(placeholders(form) != placeholders(source) for form in forms):
            yield f"has other placeholders in \"{source}\""
        if any(NEVER.search(form) for form in forms):
            yield f"has a word that is never used, in \"{source}\""


def check_translations(app):
    if LUPDATE is None:
        yield "lupdate is not there; run: ./dev setup"
        return
    with tempfile.TemporaryDirectory() as folder:
        for language in LANGUAGES:
            for breach in check_language(app, language, folder):
                yield f"i18n/magpie_{language}.ts {breach}"


def check(root):
    app = root / "client" / "app"
    yield from check_sources(app)
    yield from check_translations(app)


def ts(language, *entries):
    body = "".join(f"<message{attributes}><source>{source}</source>{translation}</message>"
                   for attributes, source, translation in entries)
    context = f"<context><name>Good</name>{body}</context>" if entries else ""
    return (f'<?xml version="1.0" encoding="utf-8"?><!DOCTYPE TS><TS version="2.1" '
            f'language="{language}">{context}</TS>')


GOOD = "import QtQuick\nLabel {\n textFormat: Text.PlainText\n text: qsTr(\"Hello %1\")\n}\n"
HONEST = {
    "qml/Good.qml": GOOD,
    "i18n/magpie_en.ts": ts("en"),
    "i18n/magpie_ko.ts": ts("ko", ("", "Hello %1", "<translation>%1 님</translation>")),
    "i18n/magpie_zh_CN.ts": ts("zh_CN", ("", "Hello %1", "<translation>%1 您好</translation>")),
    "good.cpp": 'void f() { g(tr("Two words"), Error{Errc::kDamaged, "vault: two words"}); }\n',
}
# Each breach: the file that has it, and its text.
PLANTED = [
    ("qml/A.qml", "AppText { text: \"Hello\" }"),
    ("qml/A2.qml", "AppText { text: busy ? qsTr(\"One\") : \"Two words\" }"),
    ("qml/A3.qml", "Item { property string said: \"안녕\" }"),
    ("qml/A4.qml", "AppButton {\n objectName: \"a\"\n Accessible.name: \"Send\"\n}"),
    ("qml/B.qml", "Text { text: body }"),
    ("qml/B2.qml", "TextArea { objectName: \"a\"; Text { textFormat: Text.PlainText } }"),
    ("qml/C.qml", "AppText { textFormat: Text.RichText }"),
    ("qml/C2.qml", "AppText { textFormat: Text.MarkdownText }"),
    ("qml/C3.qml", "AppText { onLinkActivated: go() }"),
    ("qml/D.qml", "Item { function go() { Qt.openUrlExternally(where) } }"),
    ("qml/D2.qml", "Item { property var x: new XMLHttpRequest }"),
    ("qml/D3.qml", "Image { source: body }"),
    ("qml/E.qml", "AppButton { text: qsTr(\"Go\") }"),
    ("f.cpp", 'void f() { show("Two words"); }'),
    ("g.cpp", "QNetworkAccessManager manager;"),
    ("i18n/magpie_ko.ts", ts("ko")),  # lacks one
    ("i18n/magpie_ko.ts", ts("ko", ("", "Hello %1", '<translation type="unfinished"/>'))),
    ("i18n/magpie_ko.ts", ts("ko", ("", "Hello %1", "<translation>님</translation>"))),
    ("i18n/magpie_zh_CN.ts", ts("zh_CN", ("", "Hello %1", "<translation>%1</translation>"),
                                ("", "Gone", "<translation>没有</translation>"))),
    ("i18n/magpie_zh_CN.ts", ts("zh_CN", ("", "Hello %1",
                                          "<translation>%1 脱北" "者</translation>"))),
    ("i18n/magpie_en.ts", "<TS version=\"2.1\"><context><name>Good</name><message>"
                          "<source>Old</source><translation>x</translation></message></context>"
                          "</TS>"),
]


def breaches_with(files):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = pathlib.Path(folder) / "client" / "app" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return list(check(pathlib.Path(folder)))


def self_test():
    failed = 0
    for line in breaches_with(HONEST):
        print(f"wrongly refused: {line}")
        failed = 1
    for path, text in PLANTED:
        # A planted qsTr is missing in the translations too: only the file's own breach counts.
        if not any(line.startswith(path) for line in breaches_with({**HONEST, path: text})):
            print(f"not found: {path}: {text}")
            failed = 1
    return failed


def main(arguments):
    if arguments == ["--self-test"]:
        return self_test()
    here = pathlib.Path(__file__).resolve().parents[2]
    found = list(check(pathlib.Path(arguments[0]) if arguments else here))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
