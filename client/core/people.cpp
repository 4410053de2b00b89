// SPDX-License-Identifier: GPL-3.0-or-later
#include "client/core/people.h"

namespace magpie::client {

void People::load(std::vector<PersonRecord> people) {
  for (PersonRecord& person : people) {
    const RootKey root = person.root_key;
    by_fingerprint_[fingerprint_of(root)] = root;
    people_.insert_or_assign(root, std::move(person));
  }
}

const PersonRecord* People::find(const RootKey& root) const {
  const auto found = people_.find(root);
  return found == people_.end() ? nullptr : &found->second;
}

std::string People::name_of(const RootKey& root) const {
  const PersonRecord* person = find(root);
  return person == nullptr ? std::string() : person->name;
}

std::string People::name_of(const Fingerprint& person) const {
  const auto found = by_fingerprint_.find(person);
  return found == by_fingerprint_.end() ? std::string() : name_of(found->second);
}

PersonRecord& People::change(const RootKey& root) {
  changed_.insert(root);
  by_fingerprint_[fingerprint_of(root)] = root;
  PersonRecord& person = people_[root];
  person.root_key = root;
  return person;
}

void People::set_name(const RootKey& root, std::string_view name) {
  if (name_of(root) != name) change(root).name = name;
}

void People::set_introduced(const RootKey& root) {
  const PersonRecord* person = find(root);
  if (person == nullptr || !person->introduced) change(root).introduced = true;
}

void People::set_numbers_compared(const RootKey& root, bool matched) {
  change(root).numbers_compared = matched;
}

Changes People::take_changes() {
  Changes changes;
  for (const RootKey& root : changed_) changes.emplace_back(people_.at(root));
  changed_.clear();
  return changes;
}

}  // namespace magpie::client
