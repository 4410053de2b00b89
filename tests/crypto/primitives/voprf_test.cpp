// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/voprf.h"

#include <gtest/gtest.h>

#include <sstream>

#include "tests/crypto/primitives/fixed_random.h"
#include "tests/support/vectors.h"

namespace magpie::crypto::voprf {
namespace {

using test::hex_bytes;

std::vector<Buffer> hex_list(const nlohmann::json& text) {
  std::vector<Buffer> list;
  std::istringstream items(text.get<std::string>());
  for (std::string item; std::getline(items, item, ',');) {
    list.push_back(hex_bytes(nlohmann::json(item)));
  }
  return list;
}

/// A scalar as the 64 bytes whose reduction it is.
Buffer widened(Buffer scalar) {
  scalar.resize(64);
  return scalar;
}

std::vector<Bytes> views(const std::vector<Buffer>& buffers) {
  return {buffers.begin(), buffers.end()};
}

TEST(Voprf, vectors_of_rfc_9497) {
  MAGPIE_LOAD_VECTORS(file, "voprf/ristretto255-sha512.json");
  test::VectorCount count("voprf");
  for (const auto& group : file) {
    if (group["mode"] != 1) {
      for (std::size_t i = 0; i < group["vectors"].size(); ++i) {
        count.skipped("modes other than VOPRF, which nothing of ours uses");
      }
      continue;
    }
    const auto key = ServerKey::derive(hex_bytes(group["seed"]), hex_bytes(group["keyInfo"]));
    ASSERT_TRUE(key);
    EXPECT_EQ(to_hex(key->expose()), group["skSm"].get<std::string>());
    EXPECT_EQ(key->public_key().hex(), group["pkSm"].get<std::string>());
    for (const auto& vector : group["vectors"]) {
      count.ran();
      const auto inputs = hex_list(vector["Input"]);
      const auto blinds = hex_list(vector["Blind"]);
      const auto outputs = hex_list(vector["Output"]);
      const auto evaluated = hex_list(vector["EvaluationElement"]);
      const auto sent = hex_list(vector["BlindedElement"]);
      ASSERT_EQ(inputs.size(), vector["Batch"].get<std::size_t>());
      std::vector<Blinded> blinded;
      std::vector<Element> elements;
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        FixedRandom random(widened(blinds[i]));
        blinded.push_back(blind(inputs[i], random).value());
        EXPECT_EQ(blinded.back().element.hex(), to_hex(sent[i]));
        elements.push_back(blinded.back().element);
      }
      FixedRandom random(widened(hex_bytes(vector["Proof"]["r"])));
      const auto evaluation = key->blind_evaluate(elements, random);
      ASSERT_TRUE(evaluation);
      EXPECT_EQ(evaluation->proof.hex(), vector["Proof"]["proof"].get<std::string>());
      const auto finalized = finalize(key->public_key(), views(inputs), blinded, *evaluation);
      ASSERT_TRUE(finalized);
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        EXPECT_EQ(evaluation->elements[i].hex(), to_hex(evaluated[i]));
        EXPECT_EQ(to_hex((*finalized)[i].expose()), to_hex(outputs[i]));
        EXPECT_EQ(to_hex(key->evaluate(inputs[i])->expose()), to_hex(outputs[i]));
      }
    }
  }
  EXPECT_GT(count.ran_count(), 0);
}

/// One honest run over three inputs, to be tampered with.
class VoprfRun : public testing::Test {
 protected:
  VoprfRun() : key(ServerKey::generate(random)) {
    for (const std::string_view input : {"one", "", "three"}) {
      inputs.push_back(as_bytes(input));
      blinded.push_back(blind(inputs.back(), random).value());
      elements.push_back(blinded.back().element);
    }
    evaluation = key.blind_evaluate(elements, random).value();
  }

  Errc finalize_error(const Evaluation& with) const {
    const auto outputs = finalize(key.public_key(), inputs, blinded, with);
    return outputs ? Errc{} : outputs.error().code;
  }

  SystemRandom random;
  ServerKey key;
  std::vector<Bytes> inputs;
  std::vector<Blinded> blinded;
  std::vector<Element> elements;
  Evaluation evaluation;
};

TEST_F(VoprfRun, outputs_are_those_of_the_key_and_differ_between_inputs) {
  const auto outputs = finalize(key.public_key(), inputs, blinded, evaluation);
  ASSERT_TRUE(outputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    EXPECT_TRUE(equal_secret((*outputs)[i].expose(), key.evaluate(inputs[i])->expose()));
  }
  EXPECT_FALSE(equal_secret((*outputs)[0].expose(), (*outputs)[1].expose()));
  const auto same = ServerKey::from_bytes(key.expose());
  ASSERT_TRUE(same);
  EXPECT_EQ(same->public_key(), key.public_key());
}

TEST_F(VoprfRun, another_key_for_one_element_of_the_batch_is_noticed) {
  const ServerKey other = ServerKey::generate(random);
  Evaluation changed = evaluation;
  changed.elements[1] =
      other.blind_evaluate(std::span(elements).subspan(1, 1), random)->elements.front();
  EXPECT_EQ(finalize_error(changed), Errc::kBadSignature);
  EXPECT_EQ(finalize_error(other.blind_evaluate(elements, random).value()), Errc::kBadSignature);
  changed = evaluation;
  std::swap(changed.elements[0], changed.elements[2]);
  EXPECT_EQ(finalize_error(changed), Errc::kBadSignature);
}

TEST_F(VoprfRun, every_flipped_bit_of_the_proof_is_refused) {
  for (std::size_t bit = 0; bit < 8 * Proof::kSize; ++bit) {
    Evaluation changed = evaluation;
    auto& octet = changed.proof.fill()[bit / 8];
    octet = static_cast<std::uint8_t>(octet ^ (1U << bit % 8));
    EXPECT_EQ(finalize_error(changed), Errc::kBadSignature) << bit;
  }
}

TEST_F(VoprfRun, what_is_no_element_is_refused_on_both_sides) {
  Element all_ones;
  std::ranges::fill(all_ones.fill(), 0xff);
  for (const Element& none : {Element{}, all_ones}) {
    EXPECT_EQ(key.blind_evaluate(std::array{none}, random).error().code, Errc::kBadKey);
    Evaluation changed = evaluation;
    changed.elements[0] = none;
    EXPECT_EQ(finalize_error(changed), Errc::kBadKey);
  }
  EXPECT_EQ(finalize(PublicKey{}, inputs, blinded, evaluation).error().code, Errc::kBadKey);
}

TEST_F(VoprfRun, counts_and_sizes_out_of_bounds_are_refused) {
  EXPECT_EQ(key.blind_evaluate({}, random).error().code, Errc::kUsage);
  Evaluation fewer = evaluation;
  fewer.elements.pop_back();
  EXPECT_EQ(finalize_error(fewer), Errc::kUsage);
  const Buffer large(kInputSizeMax + 1);
  EXPECT_EQ(blind(large, random).error().code, Errc::kTooLarge);
  EXPECT_EQ(key.evaluate(large).error().code, Errc::kTooLarge);
  EXPECT_EQ(ServerKey::derive(Buffer(31), {}).error().code, Errc::kBadLength);
  EXPECT_EQ(ServerKey::from_bytes(Buffer(31)).error().code, Errc::kBadLength);
  EXPECT_EQ(ServerKey::from_bytes(Buffer(32)).error().code, Errc::kBadKey);
  EXPECT_EQ(ServerKey::from_bytes(Buffer(32, 0xff)).error().code, Errc::kBadKey);
}

}  // namespace
}  // namespace magpie::crypto::voprf
