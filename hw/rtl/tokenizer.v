// The tokenizer: converter codes in, tokens out, bit for bit what spec/golden.py says.
//
//   s_axis --> decimator --> filter_bank --> quantizer --> patch_buffer --> m_axis
//                  \            /
//                   mac (shared in time)
//
// s_axis: a beat is one channel's code, tlast on the frame's last channel. A frame whose tlast stands elsewhere is
// dropped whole and counted in `dropped_frames`; the next frame begins after its tlast.
// m_axis: a packet is one patch, PATCH tokens of one channel and band; tuser = {channel, band}, four bits each. Packets
// leave for each channel, for each band.
// Either side may stall at any time for any length: nothing is lost, a stalled sink in the end stalls the source.
//
// probe_*: every sample inside, as it is made, without back-pressure. Bits of probe_kind: 0 decimated, 1 notched, 2 band;
// without a notch a sample is both of the first two. Left open they cost nothing.
// saturated_*: samples that hit the rails since reset, in the golden model's three counts.
//
// Cycles a tick of the reference design, 4 channels: 504 for the decimator, 300 for the sections, some 30 of latency.
// Constants come from design.vh on the include path. The widths of ports are parameters, checked against it.

`default_nettype none

module tokenizer #(
    parameter CODE_W      = 24,
    parameter TOKEN_W     = 16,
    parameter SAMPLE_W    = 32,
    parameter COUNT_W     = 32,
    parameter PATCH_BANKS = 2      // patches that the output buffer holds: 2 to run on while one is being sent
) (
    input  wire                clk,
    input  wire                rst,

    input  wire                s_axis_tvalid,
    output wire                s_axis_tready,
    input  wire [CODE_W-1:0]   s_axis_tdata,
    input  wire                s_axis_tlast,

    output wire                m_axis_tvalid,
    input  wire                m_axis_tready,
    output wire [TOKEN_W-1:0]  m_axis_tdata,
    output wire                m_axis_tlast,
    output wire [7:0]          m_axis_tuser,

    output wire                probe_valid,
    output wire [2:0]          probe_kind,
    output wire [3:0]          probe_channel,
    output wire [3:0]          probe_band,
    output wire [SAMPLE_W-1:0] probe_data,

    output wire [COUNT_W-1:0]  saturated_inputs,
    output wire [COUNT_W-1:0]  saturated_bands,
    output wire [COUNT_W-1:0]  saturated_tokens,
    output wire [COUNT_W-1:0]  dropped_frames,
    output wire [255:0]        design_hash
);

    `include "design.vh"

    localparam A_BITS = STATE_BITS + 2 > CODE_BITS + 1 ? STATE_BITS + 2 : CODE_BITS + 1;
    localparam B_BITS = TAP_BITS > COEFFICIENT_BITS ? TAP_BITS : COEFFICIENT_BITS;

    generate
        if (CODE_W != CODE_BITS) begin : g_check_code
            error_tokenizer_CODE_W_must_equal_the_designs_CODE_BITS stop ();
        end
        if (TOKEN_W != TOKEN_BITS) begin : g_check_token
            error_tokenizer_TOKEN_W_must_equal_the_designs_TOKEN_BITS stop ();
        end
        if (SAMPLE_W != STATE_BITS) begin : g_check_sample
            error_tokenizer_SAMPLE_W_must_equal_the_designs_STATE_BITS stop ();
        end
        if (HALF_TAPS != TAPS / 2 + 1) begin : g_check_taps
            error_tokenizer_HALF_TAPS_must_be_TAPS_halved_and_one stop ();
        end
    endgenerate

    assign design_hash = DESIGN_HASH;

    // ---- Decimator

    wire                         bank_ready, buffer_ready, start;
    wire                         fir_valid, fir_first, fir_last;
    wire signed [CODE_BITS:0]    fir_a;
    wire signed [TAP_BITS-1:0]   fir_b;
    wire signed [ACC_BITS-1:0]   fir_init;
    wire                         acc_valid;
    wire signed [ACC_BITS-1:0]   acc;
    wire                         decimated_valid, decimated_saturated;
    wire [3:0]                   decimated_channel;
    wire signed [STATE_BITS-1:0] decimated_data;
    wire                         frame_dropped;

    decimator #(
        .CHANNELS(CHANNELS), .FACTOR(FACTOR), .TAPS(TAPS), .TAP_BITS(TAP_BITS), .CODE_BITS(CODE_BITS),
        .STATE_BITS(STATE_BITS), .ACC_BITS(ACC_BITS), .SHIFT(DECIMATED_SHIFT)
    ) decimate (
        .clk(clk), .rst(rst),
        .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(s_axis_tready),
        .s_axis_tdata(s_axis_tdata), .s_axis_tlast(s_axis_tlast),
        .start_ready(bank_ready && buffer_ready), .start(start),
        .mac_valid(fir_valid), .mac_first(fir_first), .mac_last(fir_last),
        .mac_a(fir_a), .mac_b(fir_b), .mac_init(fir_init),
        .acc_valid(acc_valid), .acc(acc),
        .decimated_valid(decimated_valid), .decimated_channel(decimated_channel),
        .decimated_data(decimated_data), .decimated_saturated(decimated_saturated),
        .frame_dropped(frame_dropped)
    );

    // ---- Filters

    wire                               section_valid, section_first, section_last, section_subtract;
    wire signed [STATE_BITS+1:0]       section_a;
    wire signed [COEFFICIENT_BITS-1:0] section_b;
    wire [ALIGN_BITS-1:0]              section_align;
    wire signed [ACC_BITS-1:0]         section_init;
    wire                               notched_valid, notched_saturated, band_valid, band_saturated;
    wire [3:0]                         notched_channel, band_channel, band;
    wire [STATE_BITS-1:0]              notched_data;
    wire signed [STATE_BITS-1:0]       band_data;

    filter_bank #(
        .CHANNELS(CHANNELS), .BANDS(BANDS), .NOTCH(NOTCH), .NOTCH_SHIFT(NOTCH_SHIFT), .STATE_BITS(STATE_BITS),
        .ERROR_BITS(ERROR_BITS), .COEFFICIENT_BITS(COEFFICIENT_BITS), .ALIGN_BITS(ALIGN_BITS), .ACC_BITS(ACC_BITS)
    ) filters (
        .clk(clk), .rst(rst),
        .ready(bank_ready), .start(start),
        .decimated_valid(decimated_valid), .decimated_channel(decimated_channel), .decimated_data(decimated_data),
        .mac_valid(section_valid), .mac_first(section_first), .mac_last(section_last),
        .mac_subtract(section_subtract), .mac_a(section_a), .mac_b(section_b),
        .mac_align(section_align), .mac_init(section_init), .acc(acc),
        .notched_valid(notched_valid), .notched_channel(notched_channel), .notched_data(notched_data),
        .notched_saturated(notched_saturated),
        .band_valid(band_valid), .band_channel(band_channel), .band(band), .band_data(band_data),
        .band_saturated(band_saturated)
    );

    // ---- The multiplier: the decimator's while it has products, the filters' otherwise

    localparam [ALIGN_BITS-1:0] UNSHIFTED = ALIGN_BIAS;

    reg fir_turn_reg;   // whose `first` the accumulator sees: that of three cycles ago

    always @(posedge clk) begin
        if (start) begin
            fir_turn_reg <= 1'b1;
        end else if (section_valid) begin
            fir_turn_reg <= 1'b0;
        end
        if (rst) begin
            fir_turn_reg <= 1'b0;
        end
    end

    mac #(
        .A_BITS(A_BITS), .B_BITS(B_BITS), .ALIGN_BITS(ALIGN_BITS), .ALIGN_BIAS(ALIGN_BIAS), .ACC_BITS(ACC_BITS)
    ) multiplier (
        .clk(clk), .rst(rst),
        .valid(fir_valid || section_valid),
        .first(fir_valid ? fir_first : section_first),
        .last(fir_valid ? fir_last : section_last),
        .subtract(!fir_valid && section_subtract),
        .a(fir_valid ? {{A_BITS-CODE_BITS-1{fir_a[CODE_BITS]}}, fir_a} :
                       {{A_BITS-STATE_BITS-2{section_a[STATE_BITS+1]}}, section_a}),
        .b(fir_valid ? {{B_BITS-TAP_BITS{fir_b[TAP_BITS-1]}}, fir_b} :
                       {{B_BITS-COEFFICIENT_BITS{section_b[COEFFICIENT_BITS-1]}}, section_b}),
        .align(fir_valid ? UNSHIFTED : section_align),
        .init(fir_turn_reg ? fir_init : section_init),
        .acc_valid(acc_valid), .acc(acc)
    );

    // ---- Tokens

    wire                  token_valid, token_saturated;
    wire [TOKEN_BITS-1:0] token;

    quantizer #(.STATE_BITS(STATE_BITS), .TOKEN_BITS(TOKEN_BITS)) quantize (
        .clk(clk), .rst(rst),
        .band_valid(band_valid), .band(band), .band_data(band_data),
        .token_valid(token_valid), .token(token), .token_saturated(token_saturated)
    );

    patch_buffer #(
        .CHANNELS(CHANNELS), .BANDS(BANDS), .PATCH(PATCH), .TOKEN_BITS(TOKEN_BITS), .BANKS(PATCH_BANKS)
    ) patches (
        .clk(clk), .rst(rst),
        .token_valid(token_valid), .token(token), .ready(buffer_ready),
        .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready),
        .m_axis_tdata(m_axis_tdata), .m_axis_tlast(m_axis_tlast), .m_axis_tuser(m_axis_tuser)
    );

    // ---- Observation

    assign probe_valid   = decimated_valid || notched_valid || band_valid;
    assign probe_kind    = {band_valid, notched_valid, decimated_valid};
    assign probe_channel = decimated_valid ? decimated_channel : notched_valid ? notched_channel : band_channel;
    assign probe_band    = band_valid ? band : 4'd0;
    assign probe_data    = decimated_valid ? decimated_data : notched_valid ? notched_data : band_data;

    event_counter #(.COUNT_BITS(COUNT_W)) count_inputs (
        .clk(clk), .rst(rst), .event_valid(decimated_saturated || notched_saturated), .count(saturated_inputs)
    );
    event_counter #(.COUNT_BITS(COUNT_W)) count_bands (
        .clk(clk), .rst(rst), .event_valid(band_saturated), .count(saturated_bands)
    );
    event_counter #(.COUNT_BITS(COUNT_W)) count_tokens (
        .clk(clk), .rst(rst), .event_valid(token_saturated), .count(saturated_tokens)
    );
    event_counter #(.COUNT_BITS(COUNT_W)) count_dropped (
        .clk(clk), .rst(rst), .event_valid(frame_dropped), .count(dropped_frames)
    );

endmodule

`default_nettype wire
