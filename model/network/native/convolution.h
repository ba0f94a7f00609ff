// silu(causal convolution of each channel), of one direction of one example; forward and backward.
//
//     p_t = bias + sum over k of weight_k x_{t - (taps - 1) + k},    u_t = p_t sigmoid(p_t)
#pragma once

#include "vectors.h"

namespace earloop {

// The part of the channels of a direction that a task does at once, and its weights.
template <class T>
struct Filter {
    int64_t length, taps, count;
    std::vector<Vector<T>> weight;  // [taps]
    Vector<T> bias;

    // `weights` [channels, taps] and `biases` [channels] begin at the first of `count` channels.
    Filter(int64_t length, int64_t taps, int64_t count, const T *weights, const T *biases)
        : length(length), taps(taps), count(count), weight(taps, Vector<T>{}), bias(load(biases, count)) {
        for (int64_t w = 0; w < std::min(LANES, count); w++) {
            for (int64_t k = 0; k < taps; k++) {
                weight[k][w] = weights[w * taps + k];
            }
        }
    }

    // The first tap that meets a sample at time t; those before it meet the zeros before the sequence.
    int64_t first_tap(int64_t t) const { return std::max<int64_t>(0, taps - 1 - t); }

    Vector<T> at(Rows<const T> x, int64_t t) const {
        Vector<T> sum = bias;
        for (int64_t k = first_tap(t); k < taps; k++) {
            sum += weight[k] * load(x[t - (taps - 1) + k], count);
        }
        return sum;
    }
};

template <class T>
void convolve(const Filter<T> &filter, Rows<const T> x, Rows<T> u) {
    for (int64_t t = 0; t < filter.length; t++) {
        const Vector<T> p = filter.at(x, t);
        store(u[t], Vector<T>(p * sigmoid<T>(p)), filter.count);
    }
}

// Writes dx, and the gradients of weights [channels, taps] and biases [channels] of these channels.
template <class T>
void convolve_backward(const Filter<T> &filter, Rows<const T> du, Rows<const T> x, Rows<T> dx, T *dweights, T *dbiases) {
    const int64_t taps = filter.taps, count = filter.count;
    std::vector<Vector<T>> dp(filter.length + taps - 1, Vector<T>{}), dweight(taps, Vector<T>{});
    Vector<T> dbias{};
    for (int64_t t = 0; t < filter.length; t++) {
        const Vector<T> p = filter.at(x, t), s = sigmoid<T>(p);
        dp[t] = load(du[t], count) * s * (T(1) + p * (T(1) - s));
        dbias += dp[t];
        for (int64_t k = filter.first_tap(t); k < taps; k++) {
            dweight[k] += dp[t] * load(x[t - (taps - 1) + k], count);
        }
    }
    for (int64_t t = 0; t < filter.length; t++) {
        Vector<T> sum{};
        for (int64_t k = 0; k < taps; k++) {
            sum += filter.weight[k] * dp[t + (taps - 1) - k];
        }
        store(dx[t], sum, count);
    }
    store(dbiases, dbias, count);
    for (int64_t w = 0; w < std::min(LANES, count); w++) {
        for (int64_t k = 0; k < taps; k++) {
            dweights[w * taps + k] = dweight[k][w];
        }
    }
}

}  // namespace earloop
