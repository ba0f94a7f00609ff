// The operators of this library on the CPU, for float and double, for any number of directions at once. The first direction
// runs forwards in time, the second backwards. A task of a thread is one direction of one example.
//
//     u, z, y      [batch, length, directions, inner]
//     dt           [directions, batch, length, inner]
//     projected    [directions, batch, length, rank + 2 state]: what the step sizes are made of, then B, then C
//     a, d         [directions, inner, state], [directions, inner]

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include <optional>
#include <tuple>

#include "convolution.h"
#include "scan.h"
#include "vectors.h"

namespace {

using namespace earloop;
using at::Tensor;

// Calls task(example, direction) for all.
template <class Task>
void for_each_sequence(int64_t batch, int64_t directions, const Task &task) {
    at::parallel_for(0, batch * directions, 1, [&](int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; i++) {
            task(i / directions, i % directions);
        }
    });
}

// The rows of one direction of one example of a tensor [batch, length, directions, width].
template <class T>
Rows<T> rows_of(T *tensor, int64_t length, int64_t directions, int64_t width, int64_t example, int64_t direction) {
    T *base = tensor + (example * length * directions + direction) * width;
    return {base, directions * width, length, direction == 1};
}

// The same of a tensor [directions, batch, length, width], from column `column`.
template <class T>
Rows<T> outer_rows_of(T *tensor, int64_t batch, int64_t length, int64_t width, int64_t example, int64_t direction,
                      int64_t column = 0) {
    return {tensor + (direction * batch + example) * length * width + column, width, length, direction == 1};
}

Tensor convolve_forward(const Tensor &x, const Tensor &weight, const Tensor &bias) {
    const int64_t batch = x.size(0), length = x.size(1), directions = x.size(2), inner = x.size(3), taps = weight.size(2);
    Tensor u = at::empty_like(x);
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "convolve_forward", [&] {
        using T = scalar_t;
        for_each_sequence(batch, directions, [&](int64_t i, int64_t direction) {
            for (int64_t first = 0; first < inner; first += LANES) {
                const int64_t channel = direction * inner + first;
                const Filter<T> filter(length, taps, inner - first, weight.const_data_ptr<T>() + channel * taps,
                                       bias.const_data_ptr<T>() + channel);
                convolve(filter, rows_of(x.const_data_ptr<T>() + first, length, directions, inner, i, direction),
                         rows_of(u.data_ptr<T>() + first, length, directions, inner, i, direction));
            }
        });
    });
    return u;
}

std::tuple<Tensor, Tensor, Tensor> convolve_backward_all(const Tensor &du, const Tensor &x, const Tensor &weight,
                                                         const Tensor &bias) {
    const int64_t batch = x.size(0), length = x.size(1), directions = x.size(2), inner = x.size(3), taps = weight.size(2);
    Tensor dx = at::empty_like(x);
    Tensor dweight = at::empty({batch, directions, inner, taps}, x.options());
    Tensor dbias = at::empty({batch, directions, inner}, x.options());
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "convolve_backward", [&] {
        using T = scalar_t;
        for_each_sequence(batch, directions, [&](int64_t i, int64_t direction) {
            for (int64_t first = 0; first < inner; first += LANES) {
                const int64_t channel = direction * inner + first, own = i * directions * inner + channel;
                const Filter<T> filter(length, taps, inner - first, weight.const_data_ptr<T>() + channel * taps,
                                       bias.const_data_ptr<T>() + channel);
                convolve_backward(filter, rows_of(du.const_data_ptr<T>() + first, length, directions, inner, i, direction),
                                  rows_of(x.const_data_ptr<T>() + first, length, directions, inner, i, direction),
                                  rows_of(dx.data_ptr<T>() + first, length, directions, inner, i, direction),
                                  dweight.data_ptr<T>() + own * taps, dbias.data_ptr<T>() + own);
            }
        });
    });
    return {dx, dweight.sum(0), dbias.sum(0)};
}

// softplus in place
void softplus_in_place(Tensor &x) {
    AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "softplus_", [&] {
        using T = scalar_t;
        T *data = x.data_ptr<T>();
        at::parallel_for(0, (x.numel() + LANES - 1) / LANES, 1024, [&](int64_t begin, int64_t end) {
            for (int64_t i = begin * LANES; i < end * LANES && i < x.numel(); i += LANES) {
                store(data + i, softplus<T>(load(data + i, x.numel() - i)), x.numel() - i);
            }
        });
    });
}

// Adds what the gradient of `projected` contributes to that of u, in place: du += dprojected x_proj, by direction.
void add_projected_in_place(Tensor &du, const Tensor &dprojected, const Tensor &x_proj) {
    du.flatten(0, 1).transpose(0, 1).baddbmm_(dprojected.flatten(1, 2), x_proj);
}

template <class T>
Sequence<T> sequence_of(const Tensor &u, const Tensor &dt, const std::optional<Tensor> &z, const Tensor &projected,
                        const Tensor &a, const Tensor &d, int64_t i, int64_t direction) {
    const int64_t batch = u.size(0), length = u.size(1), directions = u.size(2), inner = u.size(3);
    const int64_t state = a.size(2), width = projected.size(3), rank = width - 2 * state;
    const T *from = projected.const_data_ptr<T>();
    return {length,
            inner,
            state,
            a.const_data_ptr<T>() + direction * inner * state,
            d.const_data_ptr<T>() + direction * inner,
            rows_of(u.const_data_ptr<T>(), length, directions, inner, i, direction),
            outer_rows_of(dt.const_data_ptr<T>(), batch, length, inner, i, direction),
            outer_rows_of(from, batch, length, width, i, direction, rank),
            outer_rows_of(from, batch, length, width, i, direction, rank + state),
            z ? rows_of(z->const_data_ptr<T>(), length, directions, inner, i, direction)
              : Rows<const T>(nullptr, 0, 1, false)};
}

// Returns y, and the state before each chunk for backward: [batch, directions, chunks, blocks, state, LANES], empty unless
// `save`.
std::tuple<Tensor, Tensor> scan_forward(const Tensor &u, const Tensor &dt, const std::optional<Tensor> &z,
                                        const Tensor &projected, const Tensor &a, const Tensor &d, bool save) {
    const int64_t batch = u.size(0), length = u.size(1), directions = u.size(2), inner = u.size(3), state = a.size(2);
    const int64_t chunks = (length + CHUNK - 1) / CHUNK, blocks = (inner + LANES - 1) / LANES;
    Tensor y = at::empty_like(u);
    Tensor saved = at::empty({save ? batch : 0, directions, chunks, blocks, state, LANES}, u.options());
    AT_DISPATCH_FLOATING_TYPES(u.scalar_type(), "scan_forward", [&] {
        using T = scalar_t;
        for_each_sequence(batch, directions, [&](int64_t i, int64_t direction) {
            const int64_t place = (i * directions + direction) * chunks * blocks * state * LANES;
            scan(sequence_of<T>(u, dt, z, projected, a, d, i, direction),
                 rows_of(y.data_ptr<T>(), length, directions, inner, i, direction),
                 save ? saved.data_ptr<T>() + place : nullptr);
        });
    });
    return {y, saved};
}

// Returns the gradients of u, dt, z (empty without a gate), projected, A and D; with `softplus`, that of dt is the gradient of
// the argument of its softplus. The first columns of the gradient of `projected`, of the step sizes, are not written.
std::tuple<Tensor, Tensor, Tensor, Tensor, Tensor, Tensor>
scan_backward_all(const Tensor &dy, const Tensor &u, const Tensor &dt, const std::optional<Tensor> &z,
                  const Tensor &projected, const Tensor &a, const Tensor &d, const Tensor &saved, bool softplus) {
    const int64_t batch = u.size(0), length = u.size(1), directions = u.size(2), inner = u.size(3), state = a.size(2);
    const int64_t width = projected.size(3), rank = width - 2 * state;
    Tensor du = at::empty_like(u), ddt = at::empty_like(dt), dz = z ? at::empty_like(*z) : at::empty({0}, u.options());
    Tensor dprojected = at::empty_like(projected);
    Tensor da = at::empty({batch, directions, inner, state}, u.options());
    Tensor dd = at::empty({batch, directions, inner}, u.options());
    AT_DISPATCH_FLOATING_TYPES(u.scalar_type(), "scan_backward", [&] {
        using T = scalar_t;
        for_each_sequence(batch, directions, [&](int64_t i, int64_t direction) {
            const Sequence<T> sequence = sequence_of<T>(u, dt, z, projected, a, d, i, direction);
            const int64_t own = (i * directions + direction) * inner, states = sequence.chunks() * sequence.blocks() * state;
            T *to = dprojected.data_ptr<T>();
            const SequenceGradients<T> grad{
                rows_of(du.data_ptr<T>(), length, directions, inner, i, direction),
                outer_rows_of(ddt.data_ptr<T>(), batch, length, inner, i, direction),
                outer_rows_of(to, batch, length, width, i, direction, rank),
                outer_rows_of(to, batch, length, width, i, direction, rank + state),
                z ? rows_of(dz.data_ptr<T>(), length, directions, inner, i, direction) : Rows<T>(nullptr, 0, 1, false),
                da.data_ptr<T>() + own * state,
                dd.data_ptr<T>() + own};
            scan_backward(sequence, rows_of(dy.const_data_ptr<T>(), length, directions, inner, i, direction),
                          saved.const_data_ptr<T>() + (i * directions + direction) * states * LANES, softplus, grad);
        });
    });
    return {du, ddt, dz, dprojected, da.sum(0), dd.sum(0)};
}

}  // namespace

TORCH_LIBRARY(earloop, library) {
    library.def("convolve(Tensor x, Tensor weight, Tensor bias) -> Tensor");
    library.def("convolve_backward(Tensor du, Tensor x, Tensor weight, Tensor bias) -> (Tensor, Tensor, Tensor)");
    library.def("softplus_(Tensor(a!) x) -> ()");
    library.def("add_projected_(Tensor(a!) du, Tensor dprojected, Tensor x_proj) -> ()");
    library.def("scan(Tensor u, Tensor dt, Tensor? z, Tensor projected, Tensor a, Tensor d, bool save)"
                " -> (Tensor, Tensor)");
    library.def("scan_backward(Tensor dy, Tensor u, Tensor dt, Tensor? z, Tensor projected, Tensor a, Tensor d, Tensor saved,"
                " bool softplus) -> (Tensor, Tensor, Tensor, Tensor, Tensor, Tensor)");
}

TORCH_LIBRARY_IMPL(earloop, CPU, library) {
    library.impl("convolve", &convolve_forward);
    library.impl("convolve_backward", &convolve_backward_all);
    library.impl("softplus_", &softplus_in_place);
    library.impl("add_projected_", &add_projected_in_place);
    library.impl("scan", &scan_forward);
    library.impl("scan_backward", &scan_backward_all);
}
