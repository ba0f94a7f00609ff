// The selective scan, forward and backward, on the CPU, for float and double. model/network/scan/__init__.py defines it.
//
// Channels are independent, except in the sums for the gradients of B and C. LANES channels are processed together in the
// lanes of a vector, with their state in the first-level cache. A task of a thread is a whole example of the batch; if there
// are fewer examples than threads, it is a group of an example's channels.
//
// Backward needs every state. Forward saves one of CHUNK states; backward computes the others again, one chunk after the
// other. So the memory is that of the inputs and of a CHUNK-th of all states.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <tuple>
#include <vector>

namespace {

constexpr int64_t LANES = 16;
constexpr int64_t CHUNK = 32;

// exp within 2 units in the last place, without a branch, so that the compiler can vectorise it: 2^k from the exponent's
// bits, times a polynomial of the rest (Cephes' coefficients, S. Moshier, netlib.org/cephes, expf).
inline float exponential(float x) {
    x = std::min(std::max(x, -87.0f), 88.0f);
    const float k = std::floor(x * 1.44269504f + 0.5f);
    const float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    return p * __builtin_bit_cast(float, (static_cast<int32_t>(k) + 127) << 23);
}

inline double exponential(double x) { return std::exp(x); }

// The sizes of one scan, and its division into tasks.
struct Shape {
    int64_t batch, length, inner, state, blocks, chunks, groups;

    Shape(const at::Tensor &u, const at::Tensor &a)
        : batch(u.size(0)), length(u.size(1)), inner(u.size(2)), state(a.size(1)), blocks((inner + LANES - 1) / LANES),
          chunks((length + CHUNK - 1) / CHUNK),
          groups(std::clamp<int64_t>((at::get_num_threads() + batch - 1) / std::max<int64_t>(batch, 1), 1, blocks)) {}

    int64_t state_lanes() const { return state * LANES; }

    // Calls task(example of the batch, group, first block, block after the last).
    template <class Task>
    void for_each_task(const Task &task) const {
        at::parallel_for(0, batch * groups, 1, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin; i < end; i++) {
                const int64_t group = i % groups;
                task(i / groups, group, blocks * group / groups, blocks * (group + 1) / groups);
            }
        });
    }
};

// Loads the lanes of a block; lanes beyond the last channel are zeros.
template <class T>
inline void load(T *lanes, const T *from, int64_t count) {
    if (count >= LANES) {
        std::copy_n(from, LANES, lanes);
    } else {
        std::fill(std::copy_n(from, count, lanes), lanes + LANES, T(0));
    }
}

template <class T>
inline void store(T *to, const T *lanes, int64_t count) {
    std::copy_n(lanes, std::min(count, LANES), to);
}

// Returns a block's A, [state][LANES].
template <class T>
std::vector<T> block_of(const T *a, int64_t block, const Shape &s) {
    std::vector<T> lanes(s.state_lanes(), T(0));
    for (int64_t w = 0; w < std::min(LANES, s.inner - block * LANES); w++) {
        for (int64_t n = 0; n < s.state; n++) {
            lanes[n * LANES + w] = a[(block * LANES + w) * s.state + n];
        }
    }
    return lanes;
}

template <class T>
void forward_block(const Shape &s, int64_t i, int64_t block, const T *u, const T *dt, const T *a, const T *b, const T *c,
                   const T *d, T *y, T *saved) {
    const int64_t first = block * LANES, count = s.inner - first;
    const std::vector<T> rates = block_of(a, block, s);
    std::vector<T> h(s.state_lanes(), T(0));
    T skip[LANES];
    load(skip, d + first, count);
    for (int64_t t = 0; t < s.length; t++) {
        if (saved != nullptr && t % CHUNK == 0) {
            std::copy(h.begin(), h.end(), saved + ((i * s.chunks + t / CHUNK) * s.blocks + block) * s.state_lanes());
        }
        const int64_t row = i * s.length + t;
        const T *b_t = b + row * s.state, *c_t = c + row * s.state;
        T u_t[LANES], dt_t[LANES], x[LANES], sum[LANES];
        load(u_t, u + row * s.inner + first, count);
        load(dt_t, dt + row * s.inner + first, count);
        for (int64_t w = 0; w < LANES; w++) {
            x[w] = dt_t[w] * u_t[w];
            sum[w] = skip[w] * u_t[w];
        }
        for (int64_t n = 0; n < s.state; n++) {
            T *h_n = h.data() + n * LANES;
            const T *a_n = rates.data() + n * LANES;
            const T b_n = b_t[n], c_n = c_t[n];
#pragma omp simd
            for (int64_t w = 0; w < LANES; w++) {
                h_n[w] = exponential(dt_t[w] * a_n[w]) * h_n[w] + x[w] * b_n;
                sum[w] += c_n * h_n[w];
            }
        }
        store(y + row * s.inner + first, sum, count);
    }
}

// The working memory of one task of the backward scan: states and decays of a chunk, and gradients summed over time.
template <class T>
struct Scratch {
    std::vector<T> states, decays, dh, da;

    explicit Scratch(const Shape &s)
        : states((CHUNK + 1) * s.state_lanes()), decays(CHUNK * s.state_lanes()), dh(s.state_lanes()),
          da(s.state_lanes()) {}
};

template <class T>
struct Gradients {
    T *u, *dt, *a, *b, *c, *d; // a and d for each example, b and c for each example and group
};

template <class T>
void backward_block(const Shape &s, int64_t i, int64_t group, int64_t block, const T *dy, const T *u, const T *dt,
                    const T *a, const T *b, const T *c, const T *d, const T *saved, const Gradients<T> &grad,
                    Scratch<T> &scratch) {
    const int64_t first = block * LANES, count = s.inner - first, size = s.state_lanes();
    const std::vector<T> rates = block_of(a, block, s);
    std::fill(scratch.dh.begin(), scratch.dh.end(), T(0));
    std::fill(scratch.da.begin(), scratch.da.end(), T(0));
    T skip[LANES], d_skip[LANES] = {};
    load(skip, d + first, count);
    for (int64_t chunk = s.chunks - 1; chunk >= 0; chunk--) {
        const int64_t begin = chunk * CHUNK, end = std::min(begin + CHUNK, s.length);
        std::copy_n(saved + ((i * s.chunks + chunk) * s.blocks + block) * size, size, scratch.states.data());
        for (int64_t t = begin; t < end; t++) {
            const int64_t row = i * s.length + t;
            const T *b_t = b + row * s.state;
            T u_t[LANES], dt_t[LANES];
            load(u_t, u + row * s.inner + first, count);
            load(dt_t, dt + row * s.inner + first, count);
            const T *h = scratch.states.data() + (t - begin) * size;
            T *next = scratch.states.data() + (t - begin + 1) * size, *decay = scratch.decays.data() + (t - begin) * size;
            for (int64_t n = 0; n < s.state; n++) {
                const T b_n = b_t[n];
                const T *a_n = rates.data() + n * LANES;
#pragma omp simd
                for (int64_t w = 0; w < LANES; w++) {
                    decay[n * LANES + w] = exponential(dt_t[w] * a_n[w]);
                    next[n * LANES + w] = decay[n * LANES + w] * h[n * LANES + w] + dt_t[w] * u_t[w] * b_n;
                }
            }
        }
        for (int64_t t = end - 1; t >= begin; t--) {
            const int64_t row = i * s.length + t;
            const T *b_t = b + row * s.state, *c_t = c + row * s.state;
            T *db_t = grad.b + ((i * s.groups + group) * s.length + t) * s.state;
            T *dc_t = grad.c + ((i * s.groups + group) * s.length + t) * s.state;
            T u_t[LANES], dt_t[LANES], dy_t[LANES], x[LANES], dx[LANES] = {}, ddt[LANES] = {};
            load(u_t, u + row * s.inner + first, count);
            load(dt_t, dt + row * s.inner + first, count);
            load(dy_t, dy + row * s.inner + first, count);
            for (int64_t w = 0; w < LANES; w++) {
                x[w] = dt_t[w] * u_t[w];
                d_skip[w] += dy_t[w] * u_t[w];
            }
            for (int64_t n = 0; n < s.state; n++) {
                const T *before = scratch.states.data() + (t - begin) * size + n * LANES, *after = before + size;
                const T *decay = scratch.decays.data() + (t - begin) * size + n * LANES, *a_n = rates.data() + n * LANES;
                T *dh = scratch.dh.data() + n * LANES, *da = scratch.da.data() + n * LANES;
                const T b_n = b_t[n], c_n = c_t[n];
                T db_n = 0, dc_n = 0;
#pragma omp simd reduction(+ : db_n, dc_n)
                for (int64_t w = 0; w < LANES; w++) {
                    const T g = dh[w] + c_n * dy_t[w];
                    const T through = g * decay[w], d_exponent = through * before[w];
                    dc_n += dy_t[w] * after[w];
                    db_n += g * x[w];
                    dx[w] += g * b_n;
                    ddt[w] += d_exponent * a_n[w];
                    da[w] += d_exponent * dt_t[w];
                    dh[w] = through;
                }
                db_t[n] += db_n;
                dc_t[n] += dc_n;
            }
            T du[LANES];
            for (int64_t w = 0; w < LANES; w++) {
                du[w] = dx[w] * dt_t[w] + skip[w] * dy_t[w];
                ddt[w] += dx[w] * u_t[w];
            }
            store(grad.u + row * s.inner + first, du, count);
            store(grad.dt + row * s.inner + first, ddt, count);
        }
    }
    for (int64_t w = 0; w < std::min(LANES, count); w++) {
        grad.d[i * s.inner + first + w] = d_skip[w];
        for (int64_t n = 0; n < s.state; n++) {
            grad.a[(i * s.inner + first + w) * s.state + n] = scratch.da[n * LANES + w];
        }
    }
}

// Returns y, and the state at the start of each chunk for backward: [batch, chunks, blocks, state, LANES], empty unless
// `save`.
std::tuple<at::Tensor, at::Tensor> scan_forward(const at::Tensor &u, const at::Tensor &dt, const at::Tensor &a,
                                                const at::Tensor &b, const at::Tensor &c, const at::Tensor &d, bool save) {
    const Shape s(u, a);
    at::Tensor y = at::empty_like(u);
    at::Tensor saved = at::empty({save ? s.batch : 0, s.chunks, s.blocks, s.state, LANES}, u.options());
    AT_DISPATCH_FLOATING_TYPES(u.scalar_type(), "scan_forward", [&] {
        using T = scalar_t;
        s.for_each_task([&](int64_t i, int64_t, int64_t begin, int64_t end) {
            for (int64_t block = begin; block < end; block++) {
                forward_block<T>(s, i, block, u.data_ptr<T>(), dt.data_ptr<T>(), a.data_ptr<T>(), b.data_ptr<T>(),
                                 c.data_ptr<T>(), d.data_ptr<T>(), y.data_ptr<T>(), save ? saved.data_ptr<T>() : nullptr);
            }
        });
    });
    return {y, saved};
}

// Returns the gradients of u, dt, A, B, C and D.
std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor, at::Tensor, at::Tensor>
scan_backward(const at::Tensor &dy, const at::Tensor &u, const at::Tensor &dt, const at::Tensor &a, const at::Tensor &b,
              const at::Tensor &c, const at::Tensor &d, const at::Tensor &saved) {
    const Shape s(u, a);
    at::Tensor du = at::empty_like(u), ddt = at::empty_like(u);
    at::Tensor da = at::empty({s.batch, s.inner, s.state}, u.options()), dd = at::empty({s.batch, s.inner}, u.options());
    at::Tensor db = at::zeros({s.batch, s.groups, s.length, s.state}, u.options()), dc = at::zeros_like(db);
    AT_DISPATCH_FLOATING_TYPES(u.scalar_type(), "scan_backward", [&] {
        using T = scalar_t;
        const Gradients<T> grad{du.data_ptr<T>(), ddt.data_ptr<T>(), da.data_ptr<T>(),
                                db.data_ptr<T>(), dc.data_ptr<T>(),  dd.data_ptr<T>()};
        s.for_each_task([&](int64_t i, int64_t group, int64_t begin, int64_t end) {
            Scratch<T> scratch(s);
            for (int64_t block = begin; block < end; block++) {
                backward_block<T>(s, i, group, block, dy.data_ptr<T>(), u.data_ptr<T>(), dt.data_ptr<T>(), a.data_ptr<T>(),
                                  b.data_ptr<T>(), c.data_ptr<T>(), d.data_ptr<T>(), saved.data_ptr<T>(), grad, scratch);
            }
        });
    });
    return {du, ddt, da.sum(0), db.sum(1), dc.sum(1), dd.sum(0)};
}

}  // namespace

TORCH_LIBRARY(earloop, library) {
    library.def("scan_forward(Tensor u, Tensor dt, Tensor a, Tensor b, Tensor c, Tensor d, bool save) -> (Tensor, Tensor)");
    library.def("scan_backward(Tensor dy, Tensor u, Tensor dt, Tensor a, Tensor b, Tensor c, Tensor d, Tensor saved)"
                " -> (Tensor, Tensor, Tensor, Tensor, Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(earloop, CPU, library) {
    library.impl("scan_forward", &scan_forward);
    library.impl("scan_backward", &scan_backward);
}
