// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/support/desk.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QTest>

namespace magpie::app::test {
namespace {

constexpr int kPatienceMs = 30'000;

void collect(QQuickItem* item, const QString& name, std::vector<QQuickItem*>& found) {
  if (!item->isVisible()) return;
  const bool has_size = item->width() > 0 && item->height() > 0;
  if (item->objectName() == name && has_size) found.push_back(item);
  for (QQuickItem* child : item->childItems()) collect(child, name, found);
}

}  // namespace

Desk::Desk(const std::filesystem::path& profile, const QString& language, const QString& theme)
    : profile_(profile), language_(language), theme_(theme) {
  restart();
}

Desk::~Desk() = default;

void Desk::restart() {
  program_.reset();
  program_ = std::make_unique<Program>(ProgramOptions{profile_, language_, theme_});
  if (program_->window() == nullptr) qFatal("the screens did not load");
  ASSERT_TRUE(QTest::qWaitForWindowExposed(program_->window()));
}

std::vector<QQuickItem*> Desk::find_all(const QString& name) {
  std::vector<QQuickItem*> found;
  collect(window().contentItem(), name, found);
  return found;
}

QQuickItem* Desk::find(const QString& name) {
  const auto found = find_all(name);
  return found.empty() ? nullptr : found.front();
}

QString Desk::text_of(const QString& name) {
  QQuickItem* item = find(name);
  return item == nullptr ? QString() : item->property("text").toString();
}

QString Desk::focus_name() {
  QQuickItem* item = window().activeFocusItem();
  return item == nullptr ? QString() : item->objectName();
}

bool Desk::has_focus(const QString& name) {
  QQuickItem* item = window().activeFocusItem();
  while (item != nullptr && item->objectName() != name) item = item->parentItem();
  return item != nullptr;
}

void Desk::wait_until(const char* what, const std::function<bool()>& condition) {
  EXPECT_TRUE(QTest::qWaitFor(condition, kPatienceMs)) << "in vain: " << what;
}

void Desk::wait_for(const QString& name) {
  wait_until(qPrintable("shown: " + name), [&] { return find(name) != nullptr; });
}

void Desk::click(const QString& name) {
  wait_for(name);
  QQuickItem* item = find(name);
  ASSERT_NE(item, nullptr);
  activate();
  (void)window().grabWindow();  // what is being laid out gets its place
  const QPointF centre = item->mapToScene({item->width() / 2, item->height() / 2});
  QTest::mouseClick(&window(), Qt::LeftButton, Qt::NoModifier, centre.toPoint());
}

// Two windows share the display; the keyboard goes to the one that is worked at.
void Desk::activate() {
  if (window().isActive()) return;
  window().requestActivate();
  ASSERT_TRUE(QTest::qWaitForWindowActive(&window()));
}

void Desk::key(Qt::Key key, Qt::KeyboardModifiers modifiers) {
  activate();
  QTest::keyClick(&window(), key, modifiers);
}

void Desk::type(const QString& text) {
  for (const QChar character : text) {
    activate();
    QTest::keyClick(&window(), character.toLatin1());
  }
}

void Desk::paste(const QString& text) {
  QGuiApplication::clipboard()->setText(text);
  key(Qt::Key_V, Qt::ControlModifier);
}

void Desk::start_without_link(const QString& name, const std::string& relay) {
  click("first-run-without");
  wait_until("the name has the focus", [&] { return has_focus("name"); });
  type(name);
  key(Qt::Key_Tab);
  type(kPassphrase);
  key(Qt::Key_Tab);
  type(kPassphrase);
  key(Qt::Key_Tab);  // Show
  key(Qt::Key_Tab);  // Suggest six words
  key(Qt::Key_Tab);
  paste(QString::fromStdString(relay));
  key(Qt::Key_Return);
  wait_for("new-introduction");
}

QString Desk::introduce(const QString& label, const QString& pin) {
  key(Qt::Key_N, Qt::ControlModifier);
  wait_until("the label has the focus", [&] { return has_focus("introduction-label"); });
  type(label);
  if (!pin.isEmpty()) {
    click("introduction-pin");
    type(pin);
  }
  key(Qt::Key_Return);
  wait_for("introduction-link");
  return text_of("introduction-link");
}

void Desk::join(const QString& link, const QString& name) {
  activate();
  wait_until("the link has the focus", [&] { return has_focus("first-run-link"); });
  paste(link);
  key(Qt::Key_Return);
  wait_until("the name has the focus", [&] { return has_focus("name"); });
  type(name);
  key(Qt::Key_Tab);
  type(kPassphrase);
  key(Qt::Key_Return);
  type(kPassphrase);
  key(Qt::Key_Return);
  wait_until("the composer has the focus", [&] { return has_focus("composer"); });
}

void Desk::write(const QString& text) {
  activate();
  wait_until("the composer has the focus", [&] { return has_focus("composer"); });
  type(text);
  key(Qt::Key_Return);
}

QStringList Desk::messages() {
  QStringList texts;
  for (QQuickItem* item : find_all("message-text")) texts.append(item->property("text").toString());
  return texts;
}

void Desk::unlock() {
  wait_until("the passphrase has the focus", [&] { return has_focus("lock-passphrase"); });
  type(kPassphrase);
  key(Qt::Key_Return);
  wait_for("settings");
}

QStringList Desk::states() {
  QStringList words;
  for (QQuickItem* item : find_all("message-state")) {
    words.append(item->property("text").toString());
  }
  return words;
}

// For people: with MAGPIE_SHOTS=FOLDER each look leaves a picture there.
void Desk::look(const QString& name) {
  const QString folder = qEnvironmentVariable("MAGPIE_SHOTS");
  if (folder.isEmpty()) return;
  QTest::qWait(150);  // for whoever looks at it: the caret, a ripple
  window().grabWindow().save(folder + "/" + name + ".png");
}

void DeskTest::meet(Desk& attorney, Desk& relative) {
  attorney.start_without_link("Kim", address_);
  const QString link = attorney.introduce("Lee");
  relative.join(link, "Sister");
  attorney.wait_for("room-Lee");
  attorney.click("room-Lee");
  attorney.wait_until("the composer has the focus", [&] { return attorney.has_focus("composer"); });
}

void DeskTest::meet_both(Desk& attorney, Desk& lee, Desk& park) {
  meet(attorney, lee);
  park.join(attorney.introduce("Park"), "Brother");
  attorney.wait_for("room-Park");
  attorney.click("room-Lee");
  attorney.wait_until("the composer has the focus", [&] { return attorney.has_focus("composer"); });
}

}  // namespace magpie::app::test
