// The tokenizer: it converts converter codes to tokens, bit for bit as spec/golden.py does.
//
//   s_axis --> history --> engine --> quantizer --> patch_buffer --> m_axis
//
// s_axis: a beat is one channel's code, tlast on the frame's last channel. A frame whose tlast is elsewhere is dropped as
// a whole and counted in `dropped_frames`; the next frame begins after its tlast.
// m_axis: a packet is one patch, PATCH tokens of one channel and band; tuser = {channel, band}, four bits each. Packets
// are sent for each channel, for each band.
// band_mask: bit b enables the packets of band b. The samples of a disabled band are still filtered, so that it can be
// enabled again at any patch. The mask is sampled when the first packet of a patch is due: a patch has either all packets
// of a band or none.
// token_shifts: the right shift from a band's samples to tokens, five bits per band, the first band in the lowest.
// design.vh has the design's shifts, TOKEN_SHIFTS.
// Either side may stall at any time for any length: nothing is lost; a stalled sink finally stalls the source.
//
// probe_*: every internal sample when it is computed, without back-pressure. Bits of probe_kind: 0 decimated, 1 notched,
// 2 band; without a notch a sample is both of the first two. Unconnected probes cost nothing.
// saturated_*: numbers of saturated samples since reset, the golden model's three counts.
//
// Cycles per tick of the reference design, 4 channels: 1444 for the rows of the program, 12 to start and to drain. The
// first tick after reset takes three times as many, and the first frame 1024.
// Constants are in design.vh on the include path. The widths of ports are parameters, which are checked against it.

`default_nettype none

module tokenizer #(
    parameter CODE_W      = 24,
    parameter TOKEN_W     = 16,
    parameter SAMPLE_W    = 32,
    parameter COUNT_W     = 32,
    parameter PATCH_BANKS = 2,     // patches that the output buffer holds: with 2 the core runs while one is being sent
    parameter PATCH_RAM   = "auto" // memory for that buffer: "huge" requests the UP5K's large RAM
) (
    input  wire                clk,
    input  wire                rst,

    input  wire                s_axis_tvalid,
    output wire                s_axis_tready,
    input  wire [CODE_W-1:0]   s_axis_tdata,
    input  wire                s_axis_tlast,

    input  wire [15:0]         band_mask,
    input  wire [79:0]         token_shifts,

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
    endgenerate

    assign design_hash = DESIGN_HASH;

    // ---- Codes to samples

    wire                         due, codes_done, frame_dropped;
    wire                         quantizer_busy, buffer_ready;
    wire [3:0]                   channel, sample_channel, sample_band;
    wire [9:0]                   tap;
    wire signed [CODE_BITS:0]    codes;
    wire [2:0]                   sample_valid;
    wire signed [STATE_BITS-1:0] sample;
    wire                         input_saturated, band_saturated;

    history #(.CHANNELS(CHANNELS), .FACTOR(FACTOR), .TAPS(TAPS), .CODE_BITS(CODE_BITS)) frames (
        .clk(clk), .rst(rst),
        .s_axis_tvalid(s_axis_tvalid), .s_axis_tready(s_axis_tready),
        .s_axis_tdata(s_axis_tdata), .s_axis_tlast(s_axis_tlast),
        .due(due), .done(codes_done),
        .channel(channel), .tap(tap), .codes(codes),
        .frame_dropped(frame_dropped)
    );

    engine #(
        .CHANNELS(CHANNELS), .BANDS(BANDS), .NOTCH(NOTCH), .STATE_BITS(STATE_BITS), .ERROR_BITS(ERROR_BITS),
        .CODE_BITS(CODE_BITS), .ROWS(ROWS), .ENTRIES(ENTRIES), .B_BITS(B_BITS), .SPLIT(SPLIT),
        .SAMPLE_SHIFT(SAMPLE_SHIFT), .PLACES(PLACES), .PLACE_BITS(PLACE_BITS), .ACC_BITS(ACC_BITS),
        .ADDEND_BITS(ADDEND_BITS), .DECIMATED_HALF(DECIMATED_HALF), .NOTCHED_HALF(NOTCHED_HALF)
    ) filters (
        .clk(clk), .rst(rst),
        .start(due && buffer_ready && !quantizer_busy), .codes_done(codes_done),
        .channel(channel), .tap(tap), .codes(codes),
        .sample_valid(sample_valid), .sample_channel(sample_channel), .sample_band(sample_band), .sample(sample),
        .input_saturated(input_saturated), .band_saturated(band_saturated)
    );

    // ---- Tokens

    wire                  token_valid, token_saturated;
    wire [TOKEN_BITS-1:0] token;

    quantizer #(.STATE_BITS(STATE_BITS), .TOKEN_BITS(TOKEN_BITS)) quantize (
        .clk(clk), .rst(rst),
        .token_shifts(token_shifts),
        .band_valid(sample_valid[2]), .band(sample_band), .band_data(sample),
        .busy(quantizer_busy),
        .token_valid(token_valid), .token(token), .token_saturated(token_saturated)
    );

    patch_buffer #(
        .CHANNELS(CHANNELS), .BANDS(BANDS), .PATCH(PATCH), .TOKEN_BITS(TOKEN_BITS), .BANKS(PATCH_BANKS),
        .RAM_STYLE(PATCH_RAM)
    ) patches (
        .clk(clk), .rst(rst),
        .band_mask(band_mask),
        .token_valid(token_valid), .token(token), .ready(buffer_ready),
        .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready),
        .m_axis_tdata(m_axis_tdata), .m_axis_tlast(m_axis_tlast), .m_axis_tuser(m_axis_tuser)
    );

    // ---- Observation

    assign probe_valid   = |sample_valid;
    assign probe_kind    = sample_valid;
    assign probe_channel = sample_channel;
    assign probe_band    = sample_valid[2] ? sample_band : 4'd0;
    assign probe_data    = sample;

    event_counter #(.COUNT_BITS(COUNT_W)) count_inputs (
        .clk(clk), .rst(rst), .event_valid(input_saturated), .count(saturated_inputs)
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
