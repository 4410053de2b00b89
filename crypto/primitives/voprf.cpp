// SPDX-License-Identifier: GPL-3.0-or-later
#include "crypto/primitives/voprf.h"

#include <sodium.h>

#include <algorithm>

#include "crypto/base/check.h"
#include "crypto/base/constant_time.h"
#include "crypto/primitives/hash.h"

namespace magpie::crypto::voprf {
namespace {

/// contextString = CreateContextString(modeVOPRF, "ristretto255-SHA512") (RFC 9497 §3.1), with
/// what the places that use it put before it.
#define MAGPIE_VOPRF_CONTEXT "OPRFV1-\x01-ristretto255-SHA512"
constexpr std::string_view kGroupDst = "HashToGroup-" MAGPIE_VOPRF_CONTEXT;
constexpr std::string_view kScalarDst = "HashToScalar-" MAGPIE_VOPRF_CONTEXT;
constexpr std::string_view kKeyDst = "DeriveKeyPair" MAGPIE_VOPRF_CONTEXT;
constexpr std::string_view kSeedDst = "Seed-" MAGPIE_VOPRF_CONTEXT;
#undef MAGPIE_VOPRF_CONTEXT

using Length = std::array<std::uint8_t, 2>;

/// I2OSP(value, 2).
Length two_octets(std::size_t value) {
  MAGPIE_CHECK(value <= 0xffff);
  return {static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value & 0xff)};
}

/// expand_message_xmd with SHA-512 to 64 bytes (RFC 9380 §5.3.1): one block, so b_1 alone.
Secret expand_message(std::initializer_list<Bytes> message, std::string_view dst) {
  constexpr std::array<std::uint8_t, 128> kPad{};
  const std::array<std::uint8_t, 1> dst_size = {static_cast<std::uint8_t>(dst.size())};
  const std::array<std::uint8_t, 3> size_and_zero = {0, 64, 0};
  const std::array<std::uint8_t, 1> one = {1};
  crypto_hash_sha512_state state;
  const auto update = [&](Bytes part) {
    crypto_hash_sha512_update(&state, part.data(), part.size());
  };
  Secret b0(crypto_hash_sha512_BYTES);
  crypto_hash_sha512_init(&state);
  update(kPad);
  for (const Bytes part : message) update(part);
  for (const Bytes part : {Bytes(size_and_zero), as_bytes(dst), Bytes(dst_size)}) update(part);
  crypto_hash_sha512_final(&state, b0.fill().data());
  Secret b1(crypto_hash_sha512_BYTES);
  crypto_hash_sha512_init(&state);
  for (const Bytes part : {b0.expose(), Bytes(one), as_bytes(dst), Bytes(dst_size)}) update(part);
  crypto_hash_sha512_final(&state, b1.fill().data());
  sodium_memzero(&state, sizeof state);
  return b1;
}

bool is_zero(Bytes bytes) { return sodium_is_zero(bytes.data(), bytes.size()) != 0; }

Secret reduced(Bytes wide) {
  MAGPIE_CHECK(wide.size() == crypto_core_ristretto255_NONREDUCEDSCALARBYTES);
  Secret scalar(kScalarSize);
  crypto_core_ristretto255_scalar_reduce(scalar.fill().data(), wide.data());
  return scalar;
}

Secret hash_to_scalar(std::initializer_list<Bytes> message, std::string_view dst = kScalarDst) {
  return reduced(expand_message(message, dst).expose());
}

/// RandomScalar (§2.1): by reduction of twice the size, so that no value is favoured, and not zero.
Secret random_scalar(Random& random) {
  for (;;) {
    Secret scalar = reduced(random.secret(crypto_core_ristretto255_NONREDUCEDSCALARBYTES).expose());
    if (!declassified(is_zero(scalar.expose()))) return scalar;
  }
}

bool is_reduced(Bytes scalar) {
  Secret wide(crypto_core_ristretto255_NONREDUCEDSCALARBYTES);
  std::ranges::copy(scalar, wide.fill().begin());
  return declassified(equal_secret(reduced(wide.expose()).expose(), scalar));
}

/// DeserializeElement (§2.1): canonical, and not the identity.
Result<void> check_element(Bytes element) {
  if (is_zero(element) || crypto_core_ristretto255_is_valid_point(element.data()) == 0) {
    return fail(Errc::kBadKey, "voprf: element");
  }
  return {};
}

/// scalar * element. Errors: kBadKey where that is the identity, or `element` is none.
Result<Element> multiply(Bytes scalar, Bytes element) {
  Element product;
  const int failed =
      crypto_scalarmult_ristretto255(product.fill().data(), scalar.data(), element.data());
  if (declassified(failed) != 0) return fail(Errc::kBadKey, "voprf: product");
  return product;
}

Result<Element> multiply_base(Bytes scalar) {
  Element product;
  const int failed = crypto_scalarmult_ristretto255_base(product.fill().data(), scalar.data());
  if (declassified(failed) != 0) return fail(Errc::kBadKey, "voprf: product");
  return product;
}

/// Adds to a sum that begins as the identity, whose encoding is zero.
Result<void> add_to(Element& sum, const Element& element) {
  if (crypto_core_ristretto255_add(sum.fill().data(), sum.bytes().data(), element.bytes().data()) !=
      0) {
    return fail(Errc::kBadKey, "voprf: sum");
  }
  return {};
}

/// HashToGroup, which for an honest input never gives the identity.
Result<Element> hash_to_group(Bytes input) {
  if (input.size() > kInputSizeMax) return fail(Errc::kTooLarge, "voprf: input");
  Element element;
  const Secret uniform = expand_message({input}, kGroupDst);
  crypto_core_ristretto255_from_hash(element.fill().data(), uniform.expose().data());
  if (declassified(is_zero(element.bytes()))) return fail(Errc::kBadKey, "voprf: input");
  return element;
}

/// The last step of Finalize and Evaluate.
Secret output_of(Bytes input, const Element& element) {
  const Length input_size = two_octets(input.size());
  const Length element_size = two_octets(Element::kSize);
  Secret output(kOutputSize);
  const Digest digest = hash(
      HashId::kSha512, {input_size, input, element_size, element.bytes(), as_bytes("Finalize")});
  std::ranges::copy(digest.bytes(), output.fill().begin());
  return output;
}

/// The weights d_i of ComputeComposites (§2.2.1), which fold a batch into one pair of elements.
class Weights {
 public:
  explicit Weights(const PublicKey& key) {
    const Length key_size = two_octets(PublicKey::kSize);
    const Length dst_size = two_octets(kSeedDst.size());
    seed_ = hash(HashId::kSha512, {key_size, key.bytes(), dst_size, as_bytes(kSeedDst)});
  }

  Secret at(std::size_t i, const Element& c, const Element& d) const {
    const Length seed_size = two_octets(seed_.bytes().size());
    const Length index = two_octets(i);
    const Length element_size = two_octets(Element::kSize);
    return hash_to_scalar({seed_size, seed_.bytes(), index, element_size, c.bytes(), element_size,
                           d.bytes(), as_bytes("Composite")});
  }

 private:
  Digest seed_;
};

/// c of GenerateProof and VerifyProof (§2.2).
Secret challenge(const PublicKey& key, const Element& m, const Element& z, const Element& t2,
                 const Element& t3) {
  const Length size = two_octets(Element::kSize);
  return hash_to_scalar({size, key.bytes(), size, m.bytes(), size, z.bytes(), size, t2.bytes(),
                         size, t3.bytes(), as_bytes("Challenge")});
}

/// VerifyProof (§2.2.2).
Result<void> verify_proof(const PublicKey& key, std::span<const Blinded> blinded,
                          const Evaluation& evaluation) {
  const Weights weights(key);
  Element m;
  Element z;
  for (std::size_t i = 0; i < blinded.size(); ++i) {
    const Element& c = blinded[i].element;
    const Element& d = evaluation.elements[i];
    MAGPIE_TRY_VOID(check_element(c.bytes()));
    MAGPIE_TRY_VOID(check_element(d.bytes()));
    const Secret weight = weights.at(i, c, d);
    MAGPIE_TRY(const Element weighted_c, multiply(weight.expose(), c.bytes()));
    MAGPIE_TRY(const Element weighted_d, multiply(weight.expose(), d.bytes()));
    MAGPIE_TRY_VOID(add_to(m, weighted_c));
    MAGPIE_TRY_VOID(add_to(z, weighted_d));
  }
  const Bytes proof_c = evaluation.proof.bytes().first(kScalarSize);
  const Bytes proof_s = evaluation.proof.bytes().last(kScalarSize);
  if (!is_reduced(proof_c) || !is_reduced(proof_s)) {
    return fail(Errc::kBadSignature, "voprf: proof");
  }
  const auto combine = [&](const Result<Element>& first, Bytes second) -> Result<Element> {
    MAGPIE_TRY(Element sum, first);
    MAGPIE_TRY(const Element term, multiply(proof_c, second));
    MAGPIE_TRY_VOID(add_to(sum, term));
    return sum;
  };
  const auto t2 = combine(multiply_base(proof_s), key.bytes());
  const auto t3 = combine(multiply(proof_s, m.bytes()), z.bytes());
  if (!t2 || !t3 || !equal_secret(challenge(key, m, z, *t2, *t3).expose(), proof_c)) {
    return fail(Errc::kBadSignature, "voprf: proof");
  }
  return {};
}

}  // namespace

Result<ServerKey> ServerKey::of(Secret scalar) {
  MAGPIE_TRY(const Element product, multiply_base(scalar.expose()));
  PublicKey public_key;
  std::ranges::copy(product.bytes(), public_key.fill().begin());
  declassify(public_key.bytes().data(), PublicKey::kSize);
  return ServerKey(std::move(scalar), public_key);
}

ServerKey ServerKey::generate(Random& random) {
  auto key = of(random_scalar(random));
  MAGPIE_CHECK(key.has_value());
  return *std::move(key);
}

Result<ServerKey> ServerKey::derive(Bytes seed, Bytes info) {
  if (seed.size() != 32) return fail(Errc::kBadLength, "voprf: seed");
  if (info.size() > kInputSizeMax) return fail(Errc::kTooLarge, "voprf: info");
  const Length info_size = two_octets(info.size());
  for (std::uint8_t counter = 0;; ++counter) {
    const std::array<std::uint8_t, 1> octet = {counter};
    Secret scalar = hash_to_scalar({seed, info_size, info, octet}, kKeyDst);
    if (!declassified(is_zero(scalar.expose()))) return of(std::move(scalar));
    MAGPIE_CHECK(counter < 255);  // 256 zero hashes in a row
  }
}

Result<ServerKey> ServerKey::from_bytes(Bytes scalar) {
  if (scalar.size() != kScalarSize) return fail(Errc::kBadLength, "voprf: scalar");
  if (declassified(is_zero(scalar)) || !is_reduced(scalar)) {
    return fail(Errc::kBadKey, "voprf: scalar");
  }
  return of(Secret::copy_of(scalar));
}

Result<Evaluation> ServerKey::blind_evaluate(std::span<const Element> blinded,
                                             Random& random) const {
  if (blinded.empty()) return fail(Errc::kUsage, "voprf: empty batch");
  if (blinded.size() > kBatchMax) return fail(Errc::kTooLarge, "voprf: batch");
  Evaluation evaluation;
  evaluation.elements.reserve(blinded.size());
  const Weights weights(public_key_);
  Element m;
  for (std::size_t i = 0; i < blinded.size(); ++i) {
    MAGPIE_TRY_VOID(check_element(blinded[i].bytes()));
    MAGPIE_TRY(Element evaluated, multiply(expose(), blinded[i].bytes()));
    declassify(evaluated.bytes().data(), Element::kSize);
    const Secret weight = weights.at(i, blinded[i], evaluated);
    MAGPIE_TRY(const Element weighted, multiply(weight.expose(), blinded[i].bytes()));
    MAGPIE_TRY_VOID(add_to(m, weighted));
    evaluation.elements.push_back(evaluated);
  }
  // GenerateProof (§2.2.1) with Z = k M: the holder of the key needs no second sum.
  MAGPIE_TRY(const Element z, multiply(expose(), m.bytes()));
  const Secret r = random_scalar(random);
  MAGPIE_TRY(const Element t2, multiply_base(r.expose()));
  MAGPIE_TRY(const Element t3, multiply(r.expose(), m.bytes()));
  const Secret c = challenge(public_key_, m, z, t2, t3);
  Secret s(kScalarSize);
  crypto_core_ristretto255_scalar_mul(s.fill().data(), c.expose().data(), expose().data());
  crypto_core_ristretto255_scalar_sub(s.fill().data(), r.expose().data(), s.expose().data());
  std::ranges::copy(c.expose(), evaluation.proof.fill().begin());
  std::ranges::copy(s.expose(), evaluation.proof.fill().begin() + kScalarSize);
  declassify(evaluation.proof.bytes().data(), Proof::kSize);
  return evaluation;
}

Result<Secret> ServerKey::evaluate(Bytes input) const {
  MAGPIE_TRY(const Element element, hash_to_group(input));
  MAGPIE_TRY(const Element evaluated, multiply(expose(), element.bytes()));
  return output_of(input, evaluated);
}

Result<Blinded> blind(Bytes input, Random& random) {
  MAGPIE_TRY(const Element element, hash_to_group(input));
  Secret scalar = random_scalar(random);
  MAGPIE_TRY(const Element blinded, multiply(scalar.expose(), element.bytes()));
  declassify(blinded.bytes().data(), Element::kSize);
  return Blinded{std::move(scalar), blinded};
}

Result<std::vector<Secret>> finalize(const PublicKey& public_key, std::span<const Bytes> inputs,
                                     std::span<const Blinded> blinded,
                                     const Evaluation& evaluation) {
  if (inputs.empty() || inputs.size() != blinded.size() || inputs.size() > kBatchMax ||
      inputs.size() != evaluation.elements.size()) {
    return fail(Errc::kUsage, "voprf: counts");
  }
  MAGPIE_TRY_VOID(check_element(public_key.bytes()));
  MAGPIE_TRY_VOID(verify_proof(public_key, blinded, evaluation));
  std::vector<Secret> outputs;
  outputs.reserve(inputs.size());
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i].size() > kInputSizeMax) return fail(Errc::kTooLarge, "voprf: input");
    Secret inverse(kScalarSize);
    if (blinded[i].blind.size() != kScalarSize ||
        declassified(crypto_core_ristretto255_scalar_invert(
            inverse.fill().data(), blinded[i].blind.expose().data())) != 0) {
      return fail(Errc::kUsage, "voprf: blind");
    }
    MAGPIE_TRY(const Element unblinded, multiply(inverse.expose(), evaluation.elements[i].bytes()));
    outputs.push_back(output_of(inputs[i], unblinded));
  }
  return outputs;
}

}  // namespace magpie::crypto::voprf
