// SPDX-License-Identifier: GPL-3.0-or-later
// The rules of rooms are asked of every store: each test of these fixtures runs over each of them.
#include "tests/server/support/relay_fixture.h"

namespace magpie::server::test {

INSTANTIATE_TEST_SUITE_P(Every, HubTest, ::testing::ValuesIn(kEveryStore), name_of);
INSTANTIATE_TEST_SUITE_P(Every, PairTest, ::testing::ValuesIn(kEveryStore), name_of);

}  // namespace magpie::server::test
