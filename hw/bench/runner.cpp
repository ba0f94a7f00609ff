// Runs the Verilated tokenizer on a stream: it reads codes from stdin and writes records to stdout.
//
//   runner [--taps] [--stall SEED] [--misplace SEED] [--reset FRAMES CLOCKS] [--mask HEX] [--shifts N,N,...]
//          [--live] [--coverage FILE]
//
// --misplace: sends extra frames with too few or too many beats, which the core must drop and count.
// --reset: after so many frames, within the next frame and so many clocks later, the core is reset. The stream continues
// with the next frame.
// --mask: the bands whose packets are sent, bit b for band b; the default is all.
// --shifts: token shifts other than the design's, one for each band.
// --live: frames arrive in blocks, each after a uint32 with the number of its frames. All records of a block, and the number
// of frames so far, are written before the next block is read. The counted clocks then include pauses.
// --coverage: file for the coverage of the run's lines and bits, written at the end, in builds that count it.
//
// stdin: int32, little-endian, one frame of CHANNELS codes after the other; its end ends the run.
// stdout: records {uint32 kind, uint32 bytes, payload}:
//   HELLO     32 bytes   design hash of the RTL; after each reset: the reader must discard earlier records
//   TOKENS    int16 [CHANNELS][enabled bands][PATCH]; every completed patch
//   TICK      int32 decimated [CHANNELS], notched [CHANNELS], bands [CHANNELS][BANDS]; with --taps
//   PROGRESS  uint64     frames accepted so far
//   STATS     uint64     clocks, clocks until the first tick's last band sample, ticks after it, their clocks,
//                        the clocks of the longest, saturated inputs, bands, tokens, dropped frames
//   ERROR     text; the run ends
//
// The compiler's command line defines CHANNELS, BANDS, PATCH, FACTOR and TOKEN_SHIFTS, a list.

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "Vtokenizer.h"
#include "verilated.h"
#if VM_COVERAGE
#include "verilated_cov.h"
#endif

namespace {

enum Kind : uint32_t { HELLO, TOKENS, TICK, PROGRESS, STATS, ERROR };

enum ProbeBit : uint32_t { PROBE_DECIMATED = 1, PROBE_NOTCHED = 2, PROBE_BAND = 4 };

constexpr uint32_t LONGEST_STALL = 2000 * PATCH;  // clocks
constexpr uint64_t PROGRESS_FRAMES = 1000;
constexpr uint32_t JUNK = 0x5a5a5a;  // the code of beats that must not change the result
constexpr int SETTLING_CLOCKS = 32;  // from a band sample to its token's count
// Longer than the longest stall and than any tick; if no token and no beat occurs for that long, the core hangs.
constexpr uint64_t PATIENCE_CLOCKS = 8 * LONGEST_STALL + 65536;

void emit(Kind kind, const void *payload, size_t bytes) {
    const uint32_t header[2] = {kind, static_cast<uint32_t>(bytes)};
    fwrite(header, sizeof header, 1, stdout);
    fwrite(payload, 1, bytes, stdout);
}

[[noreturn]] void fail(const std::string &message) {
    emit(ERROR, message.data(), message.size());
    fflush(stdout);
    exit(1);
}

// Reads whole frames from stdin.
class Source {
public:
    explicit Source(bool live) : live_(live) {}

    // Returns the next frame, or nullptr at the end of the stream; in a live stream, at the end of the current block.
    const int32_t *next() {
        if (place_ == filled_ && (live_ || !read(block_.size() / CHANNELS))) {
            return nullptr;
        }
        return &block_[CHANNELS * place_++];
    }

    // Reads a live stream's next block; returns its first frame, or nullptr at the end of the stream.
    const int32_t *wait() {
        uint32_t frames = 0;
        if (fread(&frames, sizeof frames, 1, stdin) != 1) {
            return nullptr;
        }
        block_.resize(CHANNELS * frames);
        return read(frames) ? next() : nullptr;
    }

private:
    bool read(size_t frames) {
        filled_ = fread(block_.data(), sizeof(int32_t) * CHANNELS, frames, stdin);
        place_ = 0;
        return filled_ > 0;
    }

    bool live_;
    std::vector<int32_t> block_ = std::vector<int32_t>(256 * CHANNELS);
    size_t filled_ = 0, place_ = 0;
};

// Decides for each clock whether one side of a stream stalls. Seed 0 never stalls.
class Stall {
public:
    Stall(uint64_t seed, uint32_t longest) : state_(seed * 0x9e3779b97f4a7c15u), on_(seed != 0), longest_(longest) {}

    // Returns the number of beats of an extra misplaced frame; mostly 0, for no such frame.
    int misplaced() {
        const int beats = on_ && draw() % 4 == 0 ? draw() % (CHANNELS + 3) : 0;
        return beats == CHANNELS ? 0 : beats;
    }

    bool operator()() {
        if (!on_) {
            return false;
        }
        if (left_ > 0) {
            left_--;
            return true;
        }
        if (draw() % 8 == 0) {
            left_ = draw() % 512 == 0 ? draw() % longest_ : draw() % 16;
            return true;
        }
        return false;
    }

private:
    uint32_t draw() {  // xorshift64*, S. Vigna, ACM TOMS 42:30 (2016)
        state_ ^= state_ >> 12;
        state_ ^= state_ << 25;
        state_ ^= state_ >> 27;
        return static_cast<uint32_t>((state_ * 0x2545f4914f6cdd1du) >> 32);
    }

    uint64_t state_;
    bool on_;
    uint32_t longest_, left_ = 0;
};

struct Options {
    bool taps = false, live = false;
    uint64_t stall_seed = 0, misplace_seed = 0, reset_frames = 0, reset_clocks = 0;
    uint32_t mask = 0xffff;
    std::vector<uint32_t> shifts = {TOKEN_SHIFTS};
    const char *coverage = nullptr;
};

class Runner {
public:
    explicit Runner(const Options &options)
        : taps_(options.taps), live_(options.live), source_(options.live), reset_frames_(options.reset_frames), reset_clocks_(options.reset_clocks),
          source_stall_(options.stall_seed, 4096), sink_stall_(options.stall_seed * 2, LONGEST_STALL),
          misplace_(options.misplace_seed, 1) {
        top_->band_mask = options.mask;
        for (int band = 0; band < BANDS; band++) {
            if (options.mask >> band & 1) {
                sent_.push_back(band);
            }
            for (int bit = 0; bit < 5; bit++) {
                const int place = 5 * band + bit;
                top_->token_shifts[place / 32] |= (options.shifts.at(band) >> bit & 1) << place % 32;
            }
        }
        tokens_.resize(CHANNELS * sent_.size() * PATCH);
    }

    void run() {
        reset();
        emit(HELLO, &top_->design_hash[0], 32);
        const int32_t *frame = source_.next();
        while (frame || !drained() || (frame = more())) {
            if (reset_frames_ > 0 && frames_ == reset_frames_) {
                break_off();
            }
            frame = clock(frame);
            if (clocks_ - last_event_ > PATIENCE_CLOCKS) {
                fail("the core hangs: frame " + std::to_string(frames_) + ", tick " + std::to_string(ticks_));
            }
        }
        const uint64_t clocks = clocks_;
        for (int i = 0; i < SETTLING_CLOCKS; i++) {
            clock(nullptr);
        }
        if (top_->dropped_frames != dropped_) {
            fail(std::to_string(top_->dropped_frames) + " frames dropped, of " + std::to_string(dropped_) + " to be dropped");
        }
        const uint64_t more = ticks_ > 1 ? ticks_ - 1 : 0;
        const uint64_t stats[] = {clocks, first_tick_, more, tick_began_ - first_tick_, longest_tick_,
                                  top_->saturated_inputs, top_->saturated_bands, top_->saturated_tokens,
                                  top_->dropped_frames};
        top_->final();
        emit(PROGRESS, &frames_, sizeof frames_);
        emit(STATS, stats, sizeof stats);
        fflush(stdout);
    }

private:
    void reset() {
        top_->rst = 1;
        for (int i = 0; i < 8; i++) {
            top_->clk = i & 1;
            top_->eval();
        }
        top_->rst = 0;
    }

    // Reads the next block of a live stream when all records of the frames so far are written.
    const int32_t *more() {
        if (!live_) {
            return nullptr;
        }
        emit(PROGRESS, &frames_, sizeof frames_);
        fflush(stdout);
        last_event_ = clocks_;
        return source_.wait();
    }

    // Interrupts a frame with a reset of the core.
    void break_off() {
        for (uint64_t i = 0; i < reset_clocks_; i++) {
            top_->s_axis_tvalid = 1;
            top_->s_axis_tdata = JUNK;
            top_->s_axis_tlast = 0;
            top_->m_axis_tready = !sink_stall_();
            top_->clk = 0;
            top_->eval();
            top_->clk = 1;
            top_->eval();
        }
        top_->s_axis_tvalid = 0;
        reset();
        emit(HELLO, &top_->design_hash[0], 32);
        reset_frames_ = 0;
        offering_ = false;
        channel_ = sample_ = band_samples_ = misplaced_ = 0;
        packet_ = 0;
        clocks_ = frames_ = ticks_ = patches_ = dropped_ = first_tick_ = longest_tick_ = tick_began_ = last_event_ = 0;
    }

    // Returns whether all ticks of the frames so far are done, all enabled packets of whole patches are sent, and no frame
    // is in progress.
    bool drained() const {
        const uint64_t due = frames_ / FACTOR;
        return misplaced_ == 0 && ticks_ == due && (sent_.empty() || patches_ == due / PATCH);
    }

    // Advances one clock; returns the frame with which the next clock continues.
    const int32_t *clock(const int32_t *frame) {
        if (!offering_) {
            offering_ = (frame || misplaced_ > 0) && !source_stall_();
        }
        top_->s_axis_tvalid = offering_;
        top_->s_axis_tdata = !offering_ ? 0 : misplaced_ > 0 ? JUNK : frame[channel_] & 0xffffff;
        top_->s_axis_tlast = misplaced_ > 0 ? misplaced_ == 1 : channel_ == CHANNELS - 1;
        top_->m_axis_tready = !(top_->m_axis_tvalid && sink_stall_());
        top_->clk = 0;
        top_->eval();

        const bool beat = offering_ && top_->s_axis_tready;
        if (top_->m_axis_tvalid && top_->m_axis_tready) {
            word();
        }
        if (top_->probe_valid) {
            probe();
        }
        top_->clk = 1;
        top_->eval();
        clocks_++;
        if (!beat) {
            return frame;
        }
        offering_ = false;
        last_event_ = clocks_;
        if (misplaced_ > 0) {
            dropped_ += --misplaced_ == 0;
            return frame;
        }
        if (++channel_ < CHANNELS) {
            return frame;
        }
        channel_ = 0;
        misplaced_ = misplace_.misplaced();
        if (++frames_ % PROGRESS_FRAMES == 0 && !live_) {
            emit(PROGRESS, &frames_, sizeof frames_);
            fflush(stdout);
        }
        return source_.next();
    }

    void word() {
        if (sent_.empty()) {
            fail("a packet was sent, but the mask enables no band");
        }
        if (patches_ >= frames_ / FACTOR / PATCH) {
            fail("a packet of patch " + std::to_string(patches_) + " was sent before the patch's last tick");
        }
        const int channel = packet_ / sent_.size(), band = sent_[packet_ % sent_.size()];
        if (top_->m_axis_tuser != (channel << 4 | band)) {
            fail("packet of (channel, band) = (" + std::to_string(top_->m_axis_tuser >> 4) + ", " +
                 std::to_string(top_->m_axis_tuser & 15) + ") where (" + std::to_string(channel) + ", " +
                 std::to_string(band) + ") was due, patch " + std::to_string(patches_));
        }
        if (top_->m_axis_tlast != (sample_ == PATCH - 1)) {
            fail("tlast on sample " + std::to_string(sample_) + " of a patch of " + std::to_string(PATCH));
        }
        tokens_[packet_ * PATCH + sample_] = static_cast<int16_t>(top_->m_axis_tdata);
        last_event_ = clocks_;
        if (++sample_ == PATCH) {
            sample_ = 0;
            if (++packet_ == CHANNELS * sent_.size()) {
                packet_ = 0;
                patches_++;
                emit(TOKENS, tokens_.data(), tokens_.size() * sizeof tokens_[0]);
            }
        }
    }

    void probe() {
        const int32_t data = static_cast<int32_t>(top_->probe_data);
        const uint32_t channel = top_->probe_channel, band = top_->probe_band;
        if (top_->probe_kind & PROBE_DECIMATED) {
            tick_[channel] = data;
        }
        if (top_->probe_kind & PROBE_NOTCHED) {
            tick_[CHANNELS + channel] = data;
        }
        if (top_->probe_kind & PROBE_BAND) {
            tick_[2 * CHANNELS + channel * BANDS + band] = data;
            last_event_ = clocks_;
            if (++band_samples_ == CHANNELS * BANDS) {
                band_samples_ = 0;
                if (++ticks_ > frames_ / FACTOR) {
                    fail("tick " + std::to_string(ticks_) + " after " + std::to_string(frames_) + " frames");
                }
                if (ticks_ == 1) {
                    first_tick_ = clocks_;
                } else {
                    longest_tick_ = std::max(longest_tick_, clocks_ - tick_began_);
                }
                tick_began_ = clocks_;
                if (taps_) {
                    emit(TICK, tick_.data(), tick_.size() * sizeof tick_[0]);
                }
            }
        }
    }

    std::unique_ptr<Vtokenizer> top_ = std::make_unique<Vtokenizer>();
    bool taps_, live_;
    Source source_;
    uint64_t reset_frames_, reset_clocks_;
    Stall source_stall_, sink_stall_, misplace_;

    bool offering_ = false;
    int misplaced_ = 0;  // remaining beats of the misplaced frame
    int channel_ = 0, sample_ = 0, band_samples_ = 0;
    size_t packet_ = 0;
    std::vector<int> sent_;  // bands whose packets are sent
    uint64_t clocks_ = 0, frames_ = 0, ticks_ = 0, patches_ = 0, dropped_ = 0;
    uint64_t first_tick_ = 0, longest_tick_ = 0, tick_began_ = 0, last_event_ = 0;
    std::vector<int16_t> tokens_;
    std::vector<int32_t> tick_ = std::vector<int32_t>(CHANNELS * (2 + BANDS));
};

}  // namespace

int main(int argc, char **argv) {
    Options options;
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--taps")) {
            options.taps = true;
        } else if (!strcmp(argv[i], "--live")) {
            options.live = true;
        } else if (!strcmp(argv[i], "--stall") && i + 1 < argc) {
            options.stall_seed = strtoull(argv[++i], nullptr, 10) + 1;
        } else if (!strcmp(argv[i], "--misplace") && i + 1 < argc) {
            options.misplace_seed = strtoull(argv[++i], nullptr, 10) + 1;
        } else if (!strcmp(argv[i], "--reset") && i + 2 < argc) {
            options.reset_frames = strtoull(argv[++i], nullptr, 10);
            options.reset_clocks = strtoull(argv[++i], nullptr, 10);
        } else if (!strcmp(argv[i], "--mask") && i + 1 < argc) {
            options.mask = strtoul(argv[++i], nullptr, 16);
        } else if (!strcmp(argv[i], "--shifts") && i + 1 < argc) {
            options.shifts.clear();
            for (char *place = argv[++i]; *place; place += *place == ',') {
                options.shifts.push_back(strtoul(place, &place, 10));
            }
#if VM_COVERAGE
        } else if (!strcmp(argv[i], "--coverage") && i + 1 < argc) {
            options.coverage = argv[++i];
#endif
        } else {
            fprintf(stderr,
                    "usage: %s [--taps] [--stall SEED] [--misplace SEED] [--reset FRAMES CLOCKS] [--mask HEX] [--shifts N,N,...]"
                    " [--live] [--coverage FILE] < codes > records\n", argv[0]);
            return 2;
        }
    }
    Runner runner(options);
    runner.run();
#if VM_COVERAGE
    if (options.coverage) {
        Verilated::threadContextp()->coveragep()->write(options.coverage);
    }
#endif
    return 0;
}
