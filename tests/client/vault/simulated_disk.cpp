// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/client/vault/simulated_disk.h"

#include <algorithm>

namespace magpie::client::test {
namespace {

using Kind = Operation::Kind;
constexpr std::size_t kSector = 512;

bool is_under(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder + "/");
}

/// Puts a write's bytes from `from` to `to` in place.
void write_part(Image& image, const Operation& write, std::size_t from, std::size_t to) {
  Buffer& content = image.contents[write.content];
  if (to <= from) return;
  if (content.size() < write.place + to) content.resize(write.place + to);
  std::copy(write.bytes.begin() + static_cast<std::ptrdiff_t>(from),
            write.bytes.begin() + static_cast<std::ptrdiff_t>(to),
            content.begin() + static_cast<std::ptrdiff_t>(write.place + from));
}

void rename_all(Image& image, const std::string& from, const std::string& to) {
  std::map<std::string, int> renamed;
  for (const auto& [path, content] : image.names) {
    const bool moves = is_under(path, from);
    if (moves || path != to) renamed[moves ? to + path.substr(from.size()) : path] = content;
  }
  image.names = std::move(renamed);
}

void apply(Image& image, const Operation& operation) {
  switch (operation.kind) {
    case Kind::kMakeFolder:
      image.names[operation.path] = Image::kFolder;
      break;
    case Kind::kCreate:
      image.names[operation.path] = operation.content;
      image.contents[operation.content];
      image.last_content = std::max(image.last_content, operation.content);
      break;
    case Kind::kRemove:
      std::erase_if(image.names,
                    [&](const auto& name) { return is_under(name.first, operation.path); });
      break;
    case Kind::kRename:
      rename_all(image, operation.path, operation.new_path);
      break;
    case Kind::kWrite:
      write_part(image, operation, 0, operation.bytes.size());
      break;
    case Kind::kTruncate:
      image.contents[operation.content].resize(operation.place);
      break;
    case Kind::kSync:
    case Kind::kSyncFolder:
      break;
  }
}

/// Whether the names of a folder are kept by a sync of it: those in it, and itself moved whole.
bool kept_by(const Operation& change, const std::string& folder) {
  const auto parent = [](const std::string& path) {
    return std::filesystem::path(path).parent_path().string();
  };
  return parent(change.path) == folder ||
         (change.kind == Kind::kRename && parent(change.new_path) == folder);
}

/// Some sectors of a write, or all, or none.
void apply_torn(Image& image, const Operation& write, magpie::test::SeededRandom& random) {
  const std::uint64_t choice = random.below(3);
  if (choice == 0) return;
  std::size_t at = 0;
  while (at < write.bytes.size()) {
    const std::size_t end = std::min<std::size_t>(
        write.bytes.size(), ((write.place + at) / kSector + 1) * kSector - write.place);
    if (choice == 1 || random.chance(500)) write_part(image, write, at, end);
    at = end;
  }
}

class SimulatedFile final : public File {
 public:
  SimulatedFile(SimulatedDisk& disk, int content) : disk_(disk), content_(content) {}

  Result<std::uint64_t> size() override { return disk_.size(content_); }
  Result<std::size_t> read(std::uint64_t offset, MutableBytes out) override {
    return disk_.read(content_, offset, out);
  }
  Result<void> write(std::uint64_t offset, Bytes bytes) override {
    return disk_.perform(make(Kind::kWrite, offset, to_buffer(bytes)));
  }
  Result<void> truncate(std::uint64_t size) override {
    return disk_.perform(make(Kind::kTruncate, size, {}));
  }
  Result<void> sync() override { return disk_.perform(make(Kind::kSync, 0, {})); }

 private:
  Operation make(Kind kind, std::uint64_t place, Buffer bytes) const {
    return {.kind = kind,
            .path = {},
            .new_path = {},
            .content = content_,
            .place = place,
            .bytes = std::move(bytes)};
  }

  SimulatedDisk& disk_;
  int content_;
};

Operation of_name(Kind kind, const std::filesystem::path& path) {
  return {.kind = kind, .path = path.string(), .new_path = {}, .bytes = {}};
}

}  // namespace

bool Operation::names() const {
  return kind == Kind::kMakeFolder || kind == Kind::kCreate || kind == Kind::kRemove ||
         kind == Kind::kRename;
}

Image SimulatedDisk::after_crash(std::size_t count, std::size_t torn) const {
  Image image = start_;
  for (std::size_t i = 0; i < count; ++i) {
    const Operation& operation = operations_[i];
    if (!operation.failed) apply(image, operation);
    if (operation.failed && operation.kind == Kind::kWrite) {
      write_part(image, operation, 0, operation.bytes.size() / 2);
    }
  }
  if (count < operations_.size() && operations_[count].kind == Kind::kWrite) {
    write_part(image, operations_[count], 0, std::min(torn, operations_[count].bytes.size()));
  }
  return image;
}

Image SimulatedDisk::after_power_cut(std::size_t count, magpie::test::SeededRandom& random) const {
  Image kept = start_;
  std::vector<Operation> names;                // not kept yet, in order
  std::map<int, std::vector<Operation>> data;  // the same, for each file
  const auto keep_names = [&](std::size_t some) {
    for (std::size_t i = 0; i < some; ++i) apply(kept, names[i]);
    names.erase(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(some));
  };
  const auto settle_data = [&](int content, bool surely) {
    for (const Operation& change : data[content]) {
      if (change.kind == Kind::kWrite && !surely) {
        apply_torn(kept, change, random);
      } else if (surely || random.chance(500)) {
        apply(kept, change);
      }
    }
    data[content].clear();
  };
  for (std::size_t i = 0; i < count; ++i) {
    const Operation& operation = operations_[i];
    if (operation.names() && !operation.failed) names.push_back(operation);
    if (operation.data() && !operation.failed) data[operation.content].push_back(operation);
    // A sync that fails forgets what it did not write, and a later one does not come back to it.
    if (operation.kind == Kind::kSync) settle_data(operation.content, !operation.failed);
    if (operation.kind == Kind::kSyncFolder && !operation.failed) {
      const auto last = std::find_if(names.rbegin(), names.rend(), [&](const Operation& change) {
        return kept_by(change, operation.path);
      });
      keep_names(static_cast<std::size_t>(names.rend() - last));
    }
  }
  keep_names(random.below(names.size() + 1));
  for (auto& [content, changes] : data) settle_data(content, false);
  // A file that never got its name is not there; one that did has its contents, or none.
  for (const auto& [path, content] : kept.names) {
    if (content != Image::kFolder) kept.contents[content];
  }
  kept.last_content = image_.last_content;
  return kept;
}

Result<void> SimulatedDisk::perform(Operation operation) {
  const bool fails = failure_ && failure_->operation == operations_.size();
  operation.failed = fails;
  if (!fails) apply(image_, operation);
  if (fails && operation.kind == Kind::kWrite) {
    write_part(image_, operation, 0, operation.bytes.size() / 2);
  }
  operations_.push_back(std::move(operation));
  if (fails) return fail(failure_->code, "simulated");
  return {};
}

Result<std::size_t> SimulatedDisk::read(int content, std::uint64_t offset, MutableBytes out) {
  if (failing_read_ == reads_++) return fail(Errc::kStorage, "simulated: read");
  const Buffer& bytes = image_.contents.at(content);
  if (offset >= bytes.size()) return std::size_t{0};
  const std::size_t count = std::min<std::size_t>(out.size(), bytes.size() - offset);
  std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, out.begin());
  return count;
}

Result<std::unique_ptr<File>> SimulatedDisk::open(const std::filesystem::path& path, Mode mode) {
  auto known = image_.names.find(path.string());
  if (known == image_.names.end()) {
    if (mode == Mode::kExisting) return fail(Errc::kNotFound, "simulated: open");
    Operation create = of_name(Kind::kCreate, path);
    create.content = image_.last_content + 1;
    MAGPIE_TRY_VOID(perform(std::move(create)));
    known = image_.names.find(path.string());
  }
  return std::make_unique<SimulatedFile>(*this, known->second);
}

Result<bool> SimulatedDisk::exists(const std::filesystem::path& path) {
  return image_.names.contains(path.string());
}

Result<void> SimulatedDisk::remove(const std::filesystem::path& path) {
  if (!image_.names.contains(path.string())) return {};
  return perform(of_name(Kind::kRemove, path));
}

Result<void> SimulatedDisk::make_folder(const std::filesystem::path& path) {
  if (image_.names.contains(path.string())) return {};
  return perform(of_name(Kind::kMakeFolder, path));
}

Result<void> SimulatedDisk::remove_folder(const std::filesystem::path& path) {
  return remove(path);
}

Result<void> SimulatedDisk::rename(const std::filesystem::path& from,
                                   const std::filesystem::path& to) {
  Operation rename = of_name(Kind::kRename, from);
  rename.new_path = to.string();
  return perform(std::move(rename));
}

Result<void> SimulatedDisk::sync_folder(const std::filesystem::path& path) {
  return perform(of_name(Kind::kSyncFolder, path));
}

Result<std::shared_ptr<void>> SimulatedDisk::hold(const std::filesystem::path& folder) {
  const std::string path = folder.string();
  if (!held_.insert(path).second) return fail(Errc::kInUse, "simulated: hold");
  // The pointer's value is never used; dropping it releases the folder.
  return std::shared_ptr<void>(
      this, [path](void* disk) { static_cast<SimulatedDisk*>(disk)->held_.erase(path); });
}

}  // namespace magpie::client::test
