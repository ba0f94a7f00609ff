// The selective scan of one direction of one example, forward and backward; model/network/scan/__init__.py defines it.
// With a gate z, the result is y silu(z).
//
// LANES channels, a block, are processed together. Backward needs every state. Forward saves one of CHUNK states; backward
// computes the others again, one chunk after the other. So the memory is that of the inputs and of a CHUNK-th of all states.
#pragma once

#include "vectors.h"

namespace earloop {

constexpr int64_t CHUNK = 32;

// One direction of one example; all arrays begin at its first channel.
template <class T>
struct Sequence {
    int64_t length, inner, state;
    const T *a, *d;              // [inner, state], [inner]
    Rows<const T> u, dt, b, c;   // [length, inner], [length, inner], [length, state], [length, state]
    Rows<const T> z;             // [length, inner]; its `first` is nullptr without a gate

    int64_t blocks() const { return (inner + LANES - 1) / LANES; }
    int64_t chunks() const { return (length + CHUNK - 1) / CHUNK; }
    bool has_gate() const { return z.first != nullptr; }

    // A of a block, [state].
    std::vector<Vector<T>> rates(int64_t block) const {
        std::vector<Vector<T>> lanes(state, Vector<T>{});
        for (int64_t w = 0; w < std::min(LANES, inner - block * LANES); w++) {
            for (int64_t n = 0; n < state; n++) {
                lanes[n][w] = a[(block * LANES + w) * state + n];
            }
        }
        return lanes;
    }
};

// `saved`, [chunks, blocks, state, LANES], takes the state before each chunk; nullptr saves nothing.
template <class T>
void scan(const Sequence<T> &s, Rows<T> y, T *saved) {
    for (int64_t block = 0; block < s.blocks(); block++) {
        const int64_t first = block * LANES, count = s.inner - first;
        const std::vector<Vector<T>> rates = s.rates(block);
        std::vector<Vector<T>> h(s.state, Vector<T>{});
        const Vector<T> skip = load(s.d + first, count);
        for (int64_t t = 0; t < s.length; t++) {
            if (saved != nullptr && t % CHUNK == 0) {
                std::memcpy(saved + (t / CHUNK * s.blocks() + block) * s.state * LANES, h.data(), h.size() * sizeof h[0]);
            }
            const T *b_t = s.b[t], *c_t = s.c[t];
            const Vector<T> u_t = load(s.u[t] + first, count), dt_t = load(s.dt[t] + first, count), x = dt_t * u_t;
            Vector<T> sum = skip * u_t;
            for (int64_t n = 0; n < s.state; n++) {
                h[n] = exponential(dt_t * rates[n]) * h[n] + x * b_t[n];
                sum += c_t[n] * h[n];
            }
            if (s.has_gate()) {
                const Vector<T> z_t = load(s.z[t] + first, count);
                sum *= z_t * sigmoid<T>(z_t);
            }
            store(y[t] + first, sum, count);
        }
    }
}

template <class T>
struct SequenceGradients {
    Rows<T> u, dt, b, c, z;
    T *a, *d;
};

// The working memory of one block's backward scan over one chunk, and sums over the blocks.
template <class T>
struct ChunkMemory {
    std::vector<Vector<T>> states, decays, db, dc;  // [CHUNK + 1, state], [CHUNK, state] three times
    std::vector<Vector<T>> u, dt;                   // [CHUNK], the block's inputs side by side

    explicit ChunkMemory(int64_t state)
        : states((CHUNK + 1) * state), decays(CHUNK * state), db(CHUNK * state), dc(CHUNK * state),
          u(CHUNK), dt(CHUNK) {}

    void clear_sums() {
        std::fill(db.begin(), db.end(), Vector<T>{});
        std::fill(dc.begin(), dc.end(), Vector<T>{});
    }
};

// What a block carries from a chunk to the one before it.
template <class T>
struct BlockSums {
    std::vector<Vector<T>> rates, dh, da;  // [state]
    Vector<T> dd{};

    BlockSums(std::vector<Vector<T>> rates) : rates(std::move(rates)), dh(this->rates.size()), da(this->rates.size()) {}
};

// Computes the states of a chunk of a block again, from the saved one before it.
template <class T>
void repeat_chunk(const Sequence<T> &s, int64_t block, int64_t begin, int64_t end, const BlockSums<T> &sums,
                  const T *saved, ChunkMemory<T> &memory) {
    const int64_t first = block * LANES, count = s.inner - first;
    std::memcpy(memory.states.data(), saved, s.state * LANES * sizeof(T));
    for (int64_t t = begin; t < end; t++) {
        const T *b_t = s.b[t];
        const Vector<T> u_t = load(s.u[t] + first, count), dt_t = load(s.dt[t] + first, count), x = dt_t * u_t;
        memory.u[t - begin] = u_t, memory.dt[t - begin] = dt_t;
        const Vector<T> *before = &memory.states[(t - begin) * s.state];
        Vector<T> *after = &memory.states[(t - begin + 1) * s.state], *decay = &memory.decays[(t - begin) * s.state];
        for (int64_t n = 0; n < s.state; n++) {
            decay[n] = exponential(dt_t * sums.rates[n]);
            after[n] = decay[n] * before[n] + x * b_t[n];
        }
    }
}

// Goes back through a chunk of a block. With `softplus`, the gradient of dt is that of the softplus's argument.
template <class T>
void chunk_backward(const Sequence<T> &s, int64_t block, int64_t begin, int64_t end, Rows<const T> dy, bool softplus,
                    BlockSums<T> &sums, ChunkMemory<T> &memory, const SequenceGradients<T> &grad) {
    const int64_t first = block * LANES, count = s.inner - first;
    const Vector<T> skip = load(s.d + first, count);
    for (int64_t t = end - 1; t >= begin; t--) {
        const int64_t place = (t - begin) * s.state;
        const T *b_t = s.b[t], *c_t = s.c[t];
        const Vector<T> u_t = memory.u[t - begin], dt_t = memory.dt[t - begin], x = dt_t * u_t;
        const Vector<T> *before = &memory.states[place], *after = before + s.state, *decay = &memory.decays[place];
        Vector<T> *db_t = &memory.db[place], *dc_t = &memory.dc[place];
        Vector<T> dy_t = load(dy[t] + first, count);
        if (s.has_gate()) {
            const Vector<T> z_t = load(s.z[t] + first, count), open = sigmoid<T>(z_t);
            Vector<T> y = skip * u_t;
            for (int64_t n = 0; n < s.state; n++) {
                y += c_t[n] * after[n];
            }
            store(grad.z[t] + first, Vector<T>(dy_t * y * open * (T(1) + z_t * (T(1) - open))), count);
            dy_t *= z_t * open;
        }
        sums.dd += dy_t * u_t;
        Vector<T> dx{}, ddt{};
        for (int64_t n = 0; n < s.state; n++) {
            const Vector<T> g = sums.dh[n] + c_t[n] * dy_t, through = g * decay[n], d_exponent = through * before[n];
            dc_t[n] += dy_t * after[n];
            db_t[n] += g * x;
            dx += g * b_t[n];
            ddt += d_exponent * sums.rates[n];
            sums.da[n] += d_exponent * dt_t;
            sums.dh[n] = through;
        }
        ddt += dx * u_t;
        if (softplus) {
            ddt *= T(1) - exponential(-dt_t);  // the derivative of softplus, from its value
        }
        store(grad.u[t] + first, Vector<T>(dx * dt_t + skip * dy_t), count);
        store(grad.dt[t] + first, ddt, count);
    }
}

template <class T>
void scan_backward(const Sequence<T> &s, Rows<const T> dy, const T *saved, bool softplus, const SequenceGradients<T> &grad) {
    ChunkMemory<T> memory(s.state);
    std::vector<BlockSums<T>> sums;
    for (int64_t block = 0; block < s.blocks(); block++) {
        sums.emplace_back(s.rates(block));
    }
    for (int64_t chunk = s.chunks() - 1; chunk >= 0; chunk--) {
        const int64_t begin = chunk * CHUNK, end = std::min(begin + CHUNK, s.length);
        memory.clear_sums();
        for (int64_t block = 0; block < s.blocks(); block++) {
            const T *before = saved + (chunk * s.blocks() + block) * s.state * LANES;
            repeat_chunk(s, block, begin, end, sums[block], before, memory);
            chunk_backward(s, block, begin, end, dy, softplus, sums[block], memory, grad);
        }
        for (int64_t t = begin; t < end; t++) {
            for (int64_t n = 0; n < s.state; n++) {
                grad.b[t][n] = sum_of<T>(memory.db[(t - begin) * s.state + n]);
                grad.c[t][n] = sum_of<T>(memory.dc[(t - begin) * s.state + n]);
            }
        }
    }
    for (int64_t block = 0; block < s.blocks(); block++) {
        const int64_t first = block * LANES, count = s.inner - first;
        store(grad.d + first, sums[block].dd, count);
        for (int64_t w = 0; w < std::min(LANES, count); w++) {
            for (int64_t n = 0; n < s.state; n++) {
                grad.a[(first + w) * s.state + n] = sums[block].da[n][w];
            }
        }
    }
}

}  // namespace earloop
