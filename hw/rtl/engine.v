// Decimator, notch and band filters of all channels: runs the program (spec/program.py) once per tick.
//
//   codes -------------------+
//                            v
//   state memory --word--> operand --a--> mac --acc--> saturate --> {y, e} --> state memory, sample
//                                          ^
//                                 product ROM: b, c, place, low, first
//
// The memory holds {y, e} of the last four ticks of each entry and channel; a step reads them by their age and overwrites
// the oldest with the newest.
//
//   cycle   0  row, lane: the sequencer, the control ROM's address; channel and tap to the history
//           1  control: the memory's address
//           2  word
//           3  operand; codes;          the product ROM's address
//           4  a, b, c
//           6  product
//           7  acc: for a step's last row, the sample and the word to write

`default_nettype none

module engine #(
    // Channels, 1 to 8
    parameter CHANNELS     = 4,
    // Bands of a channel, 1 to 16
    parameter BANDS        = 12,
    // 1 if the program has the steps of the mains notch, 0 if it has none
    parameter NOTCH        = 1,
    // Width in bits of a step's output sample, with its sign: 32
    parameter STATE_BITS   = 32,
    // Bits of fraction that a section stores from its sum as the error e, 1 to 16
    parameter ERROR_BITS   = 16,
    // Width in bits of a converter code, with its sign: 24. The port `codes` has one bit more: it is a sum of two codes
    parameter CODE_BITS    = 24,
    // Rows of the program, one clock each, up to 1023
    parameter ROWS         = 360,
    // Entries of the state memory: 2 * BANDS + 1, and 2 more with a notch
    parameter ENTRIES      = 27,
    // Width in bits of the coefficient b of a row, with its sign, up to 31
    parameter B_BITS       = 31,
    // Bits of the low part of an operand, STATE_BITS - CODE_BITS + 1 or more; the high part has the other bits
    parameter SPLIT        = 18,
    // Bits of fraction that the sum of a decimated or a notched sample has, ERROR_BITS or more
    parameter SAMPLE_SHIFT = 16,
    // Number of values of a row's place, 1 to 4
    parameter PLACES       = 2,
    // Bits by which one place shifts a product to the left, 14 to 16
    parameter PLACE_BITS   = 16,
    // Width in bits of the accumulator, with its sign, SAMPLE_SHIFT + STATE_BITS + 1 to 64
    parameter ACC_BITS     = 55,
    // Width in bits of the number that a row adds to its product, with its sign, 3 or more
    parameter ADDEND_BITS  = 17,
    // Half a step of a decimated sample, in 2^-SAMPLE_SHIFT of a step: it rounds the sum. 0 if no bit is dropped
    parameter signed [ADDEND_BITS-1:0] DECIMATED_HALF = 32768,
    // Half a step of a notched sample less one step of the band-pass that is subtracted, in 2^-SAMPLE_SHIFT of a step; 0 or
    // more. The sum of x, this and -y has the floor x - round(y)
    parameter signed [ADDEND_BITS-1:0] NOTCHED_HALF   = 28672
) (
    input  wire                         clk,
    input  wire                         rst,

    input  wire                         start,
    output wire                         codes_done,     // the history may change now

    output wire [3:0]                   channel,        // of the codes that follow three cycles later
    output wire [9:0]                   tap,
    input  wire signed [CODE_BITS:0]    codes,

    output wire [2:0]                   sample_valid,   // {band, notched, decimated}
    output wire [3:0]                   sample_channel,
    output wire [3:0]                   sample_band,
    output wire signed [STATE_BITS-1:0] sample,
    output wire                         input_saturated,
    output wire                         band_saturated
);

    localparam ROW_BITS     = $clog2(ROWS);
    localparam ENTRY_BITS   = $clog2(ENTRIES);
    localparam CHANNEL_BITS = CHANNELS > 1 ? $clog2(CHANNELS) : 1;
    localparam ADDRESS_BITS = ENTRY_BITS + CHANNEL_BITS + 2;
    localparam WORD_BITS    = STATE_BITS + ERROR_BITS;

    localparam VALUE_BITS   = STATE_BITS + 2;
    localparam A_LEAST      = SPLIT + 1 > VALUE_BITS - SPLIT ? SPLIT + 1 : VALUE_BITS - SPLIT;
    localparam A_BITS       = A_LEAST > CODE_BITS + 1 ? A_LEAST : CODE_BITS + 1;

    localparam [1:0] KIND_INNER = 2'd0, KIND_DECIMATED = 2'd1, KIND_NOTCHED = 2'd2, KIND_BAND = 2'd3;

    generate
        if (BANDS < 1 || BANDS > 16) begin : g_check_bands
            error_engine_BANDS_must_be_1_to_16 stop ();
        end
        if (ROWS > 1023) begin : g_check_rows
            error_engine_ROWS_must_be_at_most_1023 stop ();
        end
        if (ACC_BITS < SAMPLE_SHIFT + STATE_BITS + 1) begin : g_check_acc
            error_engine_ACC_BITS_must_exceed_a_samples stop ();
        end
    endgenerate

    // ---- Cycle 0: row and channel

    wire [ROW_BITS-1:0] row;
    wire [3:0]          lane;
    wire                last, turn, halt, muted, drained;
    wire [1:0]          tick;

    sequencer #(.CHANNELS(CHANNELS), .ROW_BITS(ROW_BITS)) steps (
        .clk(clk), .rst(rst),
        .start(start), .drained(drained),
        .row(row), .lane(lane), .last(last), .turn(turn), .halt(halt),
        .first_step_done(codes_done), .tick(tick), .muted(muted)
    );

    assign channel = lane;
    assign tap     = {{10-ROW_BITS{1'b0}}, row};

    // ---- Cycle 1: control, and the address of a word

    wire [1:0] select, age;
    wire       take, own, add, negative;
    // verilator lint_off UNUSEDSIGNAL
    wire [5:0] entry;   // the address uses only as many bits of both entries as it needs
    reg  [5:0] to_entry_reg;
    // verilator lint_on UNUSEDSIGNAL
    reg  [3:0] lane_reg;

    // A step's last row reads no word. Its entry is the entry to which the result is written, and its two bits of age are
    // the kind of the result.
    wire [1:0] kind = age;

    control_rom #(.ROW_BITS(ROW_BITS)) controls (
        .clk(clk), .row(row), .control({turn, halt, select, take, own, add, negative, entry, age})
    );

    // ---- Cycle 2: the word

    reg take_reg, own_reg, add_reg, negative_reg;

    wire [ADDRESS_BITS-1:0] write_address;
    wire [WORD_BITS-1:0]    word, result;
    wire                    write;

    ram #(.WIDTH(WORD_BITS), .DEPTH(1 << ADDRESS_BITS), .ADDRESS_BITS(ADDRESS_BITS)) states (
        .clk(clk),
        .write_enable(write), .write_address(write_address), .write_data(result),
        .read_address({entry[ENTRY_BITS-1:0], lane_reg[CHANNEL_BITS-1:0], tick - age}), .read_data(word)
    );

    // ---- Cycles 3 and 4: a, b and c

    reg [1:0]          select_reg, select_held_reg;
    reg [ROW_BITS-1:0] row_1_reg, row_2_reg, row_3_reg;

    wire signed [A_BITS-1:0]      a;
    wire signed [B_BITS-1:0]      b;
    wire                          first, low;
    wire [1:0]                    place;
    wire [2:0]                    addend;
    reg signed [ADDEND_BITS-1:0]  c;

    operand #(
        .STATE_BITS(STATE_BITS), .ERROR_BITS(ERROR_BITS), .CODE_BITS(CODE_BITS), .SPLIT(SPLIT), .A_BITS(A_BITS)
    ) operands (
        .clk(clk),
        .word(word), .take(take_reg), .own(own_reg), .add(add_reg), .negative(negative_reg),
        .select(select_held_reg), .codes(codes), .a(a)
    );

    product_rom #(.ROW_BITS(ROW_BITS), .DATA_BITS(7 + B_BITS)) products (
        .clk(clk), .row(row_3_reg), .product({first, low, place, addend, b})
    );

    always @* begin
        case (addend)
            3'd1:    c = {ADDEND_BITS{1'b1}};
            3'd2:    c = {{ADDEND_BITS-2{1'b0}}, 2'd2};
            3'd3:    c = DECIMATED_HALF;
            3'd4:    c = NOTCHED_HALF;
            default: c = {ADDEND_BITS{1'b0}};
        endcase
    end

    // ---- Cycle 7: the sum

    wire signed [ACC_BITS-1:0] acc;

    mac #(
        .A_BITS(A_BITS), .B_BITS(B_BITS), .C_BITS(ADDEND_BITS), .SPLIT(SPLIT), .PLACE_BITS(PLACE_BITS), .PLACES(PLACES),
        .ACC_BITS(ACC_BITS)
    ) multiplier (
        .clk(clk), .a(a), .b(b), .c(c), .place(place), .low(low), .first(first), .acc(acc)
    );

    reg [7:1] last_reg;     // bit n: the last row of a step is in cycle n, 1 to 7
    reg [3:0] to_channel_reg;
    reg [1:0] kind_reg;

    wire inexact = kind_reg == KIND_INNER || kind_reg == KIND_BAND;
    wire silent  = inexact && muted;

    wire signed [ACC_BITS-ERROR_BITS-1:0] whole = inexact ?
        acc[ACC_BITS-1:ERROR_BITS] :
        {{SAMPLE_SHIFT-ERROR_BITS{acc[ACC_BITS-1]}}, acc[ACC_BITS-1:SAMPLE_SHIFT]};
    wire [STATE_BITS-1:0] y;
    wire                  clipped;

    saturate #(.IN_BITS(ACC_BITS - ERROR_BITS), .OUT_BITS(STATE_BITS)) to_state (
        .in(whole), .out(y), .clipped(clipped)
    );

    assign write         = last_reg[7];
    assign drained       = last_reg == 7'd0;
    assign write_address = {to_entry_reg[ENTRY_BITS-1:0], to_channel_reg[CHANNEL_BITS-1:0], tick};
    assign sample        = y & {STATE_BITS{!silent}};
    assign result        = {sample, acc[ERROR_BITS-1:0] & {ERROR_BITS{!silent}}};

    // ---- Output samples, and the clipping of the step before: a sample counts once, with the step that outputs it

    reg [CHANNELS-1:0] clipped_reg;     // of the last CHANNELS results, the newest in the lowest bit
    wire               out = write && !muted;

    assign sample_valid[0] = out && (kind_reg == KIND_DECIMATED);
    assign sample_valid[1] = out && (kind_reg == (NOTCH ? KIND_NOTCHED : KIND_DECIMATED));
    assign sample_valid[2] = out && (kind_reg == KIND_BAND);
    assign sample_channel  = to_channel_reg;
    assign sample_band     = to_entry_reg[4:1];

    wire clipped_before = clipped_reg[CHANNELS-1];

    assign input_saturated = out && (kind_reg == KIND_DECIMATED && clipped
                                     || kind_reg == KIND_NOTCHED && (clipped || clipped_before));
    assign band_saturated  = sample_valid[2] && (clipped || clipped_before);

    always @(posedge clk) begin
        lane_reg <= lane;
        {take_reg, own_reg, add_reg, negative_reg} <= {take, own, add, negative};
        {select_held_reg, select_reg} <= {select_reg, select};
        {row_3_reg, row_2_reg, row_1_reg} <= {row_2_reg, row_1_reg, row};
        if (last_reg[1]) begin
            to_entry_reg   <= entry;
            to_channel_reg <= lane_reg;
            kind_reg       <= kind;
        end
        if (write) begin
            clipped_reg <= clipped_reg << 1 | {{CHANNELS-1{1'b0}}, clipped};
        end
        last_reg <= {last_reg[6:1], last};
        if (rst) begin
            last_reg <= 7'd0;
        end
    end

endmodule

`default_nettype wire
