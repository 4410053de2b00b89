// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/crypto/mls/forgery.h"
#include "tests/fuzz/alter.h"

/// Alterations of MLS structures, field by field.
namespace magpie::fuzz {

void alter(Alterations& alterations, mls::test::LeafFields& leaf);
void alter(Alterations& alterations, mls::test::KeyPackageFields& key_package);
void alter(Alterations& alterations, mls::test::PathFields& path);
void alter(Alterations& alterations, std::vector<mls::Extension>& extensions);

/// One proposal of any kind: honest, altered, or of things that are not there.
mls::Proposal make_proposal(Alterations& alterations, const mls::GroupState& state,
                            const std::vector<mls::KeyPackageBundle>& outsiders);

}  // namespace magpie::fuzz
