// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// A function so marked is compiled twice, and the loader takes the one for the processor's vector
// (AVX2) or bit (BMI2) instructions where it has them. Sanitizers run before such a choice can be
// made, so they see the plain code.
#if defined(__has_feature)
#define MAGPIE_HAS_FEATURE(feature) __has_feature(feature)
#else
#define MAGPIE_HAS_FEATURE(feature) 0
#endif
#if defined(__x86_64__) && defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__) && !MAGPIE_HAS_FEATURE(address_sanitizer) &&        \
    !MAGPIE_HAS_FEATURE(thread_sanitizer)
#define MAGPIE_FOR_AVX2 __attribute__((target_clones("avx2", "default")))
#define MAGPIE_FOR_BMI2 __attribute__((target_clones("bmi2", "default")))
#else
#define MAGPIE_FOR_AVX2
#define MAGPIE_FOR_BMI2
#endif
