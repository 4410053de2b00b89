// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/mls/group.h"

namespace magpie::mls::test {

/// The epoch of a stored state in the first format, which had the whole tree, as the ratchet_tree
/// extension holds it, after the context.
inline Secret first_format(Bytes epoch, Bytes ratchet_tree) {
  Reader reader(epoch);
  reader.u8().value();
  Writer writer(epoch.size() + ratchet_tree.size() + 8);
  writer.u8(1).u16(reader.u16().value()).vector(reader.vector().value());
  writer.vector(ratchet_tree).fixed(reader.rest());
  return writer.take_secret();
}

}  // namespace magpie::mls::test
