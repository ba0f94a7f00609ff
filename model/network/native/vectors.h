// Vectors of LANES channels, with the functions of them that the operators need, for float and double.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace earloop {

constexpr int64_t LANES = 16;

template <class T>
struct VectorOf {
    typedef T Type __attribute__((vector_size(LANES * sizeof(T))));
};
template <class T>
using Vector = typename VectorOf<T>::Type;

// Loads `count` lanes; the others are zeros.
template <class T>
inline Vector<T> load(const T *from, int64_t count) {
    Vector<T> lanes{};
    if (count >= LANES) {
        std::memcpy(&lanes, from, sizeof lanes);
    } else {
        std::memcpy(&lanes, from, count * sizeof(T));
    }
    return lanes;
}

template <class T>
inline void store(T *to, Vector<T> lanes, int64_t count) {
    if (count >= LANES) {
        std::memcpy(to, &lanes, sizeof lanes);
    } else {
        std::memcpy(to, &lanes, count * sizeof(T));
    }
}

template <class T>
inline T sum_of(Vector<T> v) {
    v += __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
    v += __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
    v += __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
    v += __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
    return v[0];
}

// 2^x within 2 units in the last place, for x in [-125, 126] and its ends beyond: 2^k from the exponent's bits, times a
// polynomial of the rest (Cephes' coefficients, S. Moshier, netlib.org/cephes, exp2f). There is no branch, and NaN stays.
inline Vector<float> power_of_two(Vector<float> x) {
    const Vector<float> low = Vector<float>{} - 125.0f, high = Vector<float>{} + 126.0f;
    x = x < low ? low : x;
    x = x > high ? high : x;
    constexpr float TO_INTEGER = 12582912.0f;  // 1.5 * 2^23: a float so large has no fraction, and k is in its low bits
    const Vector<float> shifted = x + TO_INTEGER, r = x - (shifted - TO_INTEGER);
    Vector<float> p = r * 1.535336188319500e-4f + 1.339887440266574e-3f;
    p = p * r + 9.618437357674640e-3f;
    p = p * r + 5.550332471162809e-2f;
    p = p * r + 2.402264791363012e-1f;
    p = p * r + 6.931472028550421e-1f;
    p = p * r + 1.0f;
    typedef int32_t Bits __attribute__((vector_size(sizeof(Vector<float>))));
    Bits exponent;
    std::memcpy(&exponent, &shifted, sizeof exponent);
    exponent = (exponent + 127) << 23;
    Vector<float> scale;
    std::memcpy(&scale, &exponent, sizeof scale);
    return p * scale;
}

inline Vector<double> power_of_two(Vector<double> x) {
    for (int64_t w = 0; w < LANES; w++) {
        x[w] = std::exp2(x[w]);
    }
    return x;
}

template <class T>
constexpr T LOG2_E = T(1.4426950408889634);

// exp; its relative error is at most that of a rounding of x, (2 + |x|) 6e-8.
inline Vector<float> exponential(Vector<float> x) { return power_of_two(Vector<float>(x * LOG2_E<float>)); }

inline Vector<double> exponential(Vector<double> x) {
    for (int64_t w = 0; w < LANES; w++) {
        x[w] = std::exp(x[w]);
    }
    return x;
}

template <class T>
inline Vector<T> sigmoid(Vector<T> x) {
    return T(1) / (T(1) + exponential(-x));
}

// log(1 + e) for e in [0, 1], as 2 artanh(e / (2 + e)): the argument is at most 1/3, so the ninth term of the series is
// below 2e-9 of the sum.
inline Vector<float> log_one_plus(Vector<float> e) {
    const Vector<float> s = e / (2.0f + e), q = s * s;
    Vector<float> p = q * (2.0f / 15) + 2.0f / 13;
    p = p * q + 2.0f / 11;
    p = p * q + 2.0f / 9;
    p = p * q + 2.0f / 7;
    p = p * q + 2.0f / 5;
    p = p * q + 2.0f / 3;
    return (p * q + 2.0f) * s;
}

inline Vector<double> log_one_plus(Vector<double> e) {
    for (int64_t w = 0; w < LANES; w++) {
        e[w] = std::log1p(e[w]);
    }
    return e;
}

// log(1 + exp(x))
template <class T>
inline Vector<T> softplus(Vector<T> x) {
    const Vector<T> zero{};
    return (x > zero ? x : zero) + log_one_plus(exponential(x > zero ? -x : x));
}

// The rows of a sequence in the order of time of a direction: row t of the second direction is the last but t.
template <class T>
struct Rows {
    T *first;
    int64_t stride;

    Rows(T *base, int64_t row_size, int64_t length, bool backwards)
        : first(backwards ? base + (length - 1) * row_size : base), stride(backwards ? -row_size : row_size) {}

    T *operator[](int64_t t) const { return first + t * stride; }
};

}  // namespace earloop
