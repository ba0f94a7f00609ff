// The notch and all band filters of all channels: delta sections (spec/fixed.py) on one multiplier and one state RAM.
//
// A section reads its own state and its source, and sends three products to the mac:
//
//   source {x, x1, x2} --> N(x) = x - x2 or x - 2 x1 + x2 --------------------+--> * b
//                                                                              |
//   state {y1, y2, e1, e2} --> s y1 -----------------------------------------+-+--> * d     mac: acc =
//                         \--> s y1 - y2 ------------------------------------+---> * g      b N - d s y1 - g (s y1 - y2)
//                         \--> 2 s e1 - e2 --------------------------------------> init     + 2 s e1 - e2
//
//   y = saturate((acc >>> ERROR_BITS) + 2 s y1 - y2)         e = the low ERROR_BITS of acc
//
// It writes back its state {y, y1, e, e1}, and the source {y, y1, y2} of the section that follows. Sources in the RAM,
// one each a channel: DECIMATED (feeds the notch), NOTCHED (feeds every band's first section), BETWEEN (feeds the second).
//
//   cycle   phase   own tag
//     0       0     issue    read state, coefficients
//     1       1     issue    read source;      state is here: d's operand to the mac
//     2       2     issue                      source is here: g's operand
//     3       0     sum                        b's operand
//     4       1     sum      acc = init - d    (one more cycle for each of g and b)
//     7       1     finish   acc is whole: y, e
//     8       2     finish   write state;      y is a band sample, or what the notch subtracts; read NOTCHED
//     9       0     write    write source
//
// On the first tick since reset states read as zero, and a source is filled with its first sample.
// Latency: 8 cycles from a section's issue to its sample; sequencer.v says when each is issued.

`default_nettype none

module filter_bank #(
    parameter CHANNELS         = 4,
    parameter BANDS            = 12,
    parameter NOTCH            = 1,
    parameter NOTCH_SHIFT      = 4,
    parameter STATE_BITS       = 32,
    parameter ERROR_BITS       = 16,
    parameter COEFFICIENT_BITS = 16,
    parameter ALIGN_BITS       = 6,
    parameter ACC_BITS         = 56
) (
    input  wire                               clk,
    input  wire                               rst,

    output wire                               ready,
    input  wire                               start,
    input  wire                               decimated_valid,
    input  wire [3:0]                         decimated_channel,
    input  wire signed [STATE_BITS-1:0]       decimated_data,

    // The multiplier, ours from the last decimated sample until `ready`.
    output wire                               mac_valid,
    output wire                               mac_first,
    output wire                               mac_last,
    output wire                               mac_subtract,
    output wire signed [STATE_BITS+1:0]       mac_a,
    output wire signed [COEFFICIENT_BITS-1:0] mac_b,
    output wire [ALIGN_BITS-1:0]              mac_align,
    output wire signed [ACC_BITS-1:0]         mac_init,
    input  wire signed [ACC_BITS-1:0]         acc,

    output wire                               notched_valid,
    output wire [3:0]                         notched_channel,
    output wire [STATE_BITS-1:0]              notched_data,
    output wire                               notched_saturated,

    output wire                               band_valid,
    output wire [3:0]                         band_channel,
    output wire [3:0]                         band,
    output wire signed [STATE_BITS-1:0]       band_data,
    output wire                               band_saturated
);

    localparam S = STATE_BITS;
    localparam E = ERROR_BITS;
    localparam C = COEFFICIENT_BITS;

    localparam WORD_BITS    = 3 * S;                        // a source; a state, 2 S + 2 E, is no wider
    localparam ENTRIES      = 2 * BANDS + 4;
    localparam ENTRY_BITS   = $clog2(ENTRIES);
    localparam CHANNEL_BITS = CHANNELS > 1 ? $clog2(CHANNELS) : 1;
    localparam ADDRESS_BITS = ENTRY_BITS + CHANNEL_BITS;
    localparam SECTION_BITS = 2 + 3 * (C + ALIGN_BITS);

    // Entries of the RAM; a section's state stands at the section's index.
    localparam [5:0] NOTCH_INDEX = 2 * BANDS;
    localparam [5:0] DECIMATED   = 2 * BANDS + 1;
    localparam [5:0] NOTCHED     = 2 * BANDS + 2;
    localparam [5:0] BETWEEN     = 2 * BANDS + 3;
    localparam [5:0] PUSHED      = NOTCH ? DECIMATED : NOTCHED;

    localparam [3:0] LAST_CHANNEL = CHANNELS - 1;

    generate
        if (2 * E > S) begin : g_check_error_bits
            error_filter_bank_ERROR_BITS_must_be_at_most_half_of_STATE_BITS stop ();
        end
        if (NOTCH_SHIFT < 0 || NOTCH_SHIFT > 16) begin : g_check_notch_shift
            error_filter_bank_NOTCH_SHIFT_must_be_0_to_16 stop ();
        end
        if (ACC_BITS < E + 2) begin : g_check_acc
            error_filter_bank_ACC_BITS_must_exceed_ERROR_BITS stop ();
        end
    endgenerate

    // ---- What runs when

    wire [1:0] phase;
    wire       first_tick, issue_valid, sum_valid, finish_valid, write_valid;
    wire [5:0] issue_index, finish_index, write_index;
    wire [3:0] issue_channel, finish_channel, write_channel;

    wire filled = decimated_valid && decimated_channel == LAST_CHANNEL;

    sequencer #(.CHANNELS(CHANNELS), .BANDS(BANDS), .NOTCH(NOTCH)) sections (
        .clk(clk), .rst(rst),
        .ready(ready), .start(start), .filled(filled),
        .phase(phase), .first_tick(first_tick),
        .issue_valid(issue_valid), .issue_index(issue_index), .issue_channel(issue_channel),
        .sum_valid(sum_valid),
        .finish_valid(finish_valid), .finish_index(finish_index), .finish_channel(finish_channel),
        .write_valid(write_valid), .write_index(write_index), .write_channel(write_channel)
    );

    wire finish_notch = finish_index == NOTCH_INDEX;
    wire finish_first = !finish_index[0] && !finish_notch;  // first section of a band
    wire write_notch  = write_index == NOTCH_INDEX;
    wire write_second = write_index[0];

    wire [5:0] source_index =
        issue_index == NOTCH_INDEX ? DECIMATED :
        issue_index[0]             ? BETWEEN : NOTCHED;

    // ---- Coefficients: {highpass, mirrored, b, b_align, d, d_align, g, g_align}

    wire [SECTION_BITS-1:0] section;

    section_rom #(.DATA_BITS(SECTION_BITS)) coefficients (
        .clk(clk), .enable(phase == 2'd0), .index(issue_index), .section(section)
    );

    wire                  highpass, mirrored;
    wire signed [C-1:0]   b, d, g;
    wire [ALIGN_BITS-1:0] b_align, d_align, g_align;

    assign {highpass, mirrored, b, b_align, d, d_align, g, g_align} = section;

    // ---- State RAM

    reg                 push_reg;
    reg [3:0]           push_channel_reg;
    reg signed [S-1:0]  push_data_reg;

    // Entries and channels, at full width; the address takes of each what it needs.
    // verilator lint_off UNUSEDSIGNAL
    reg [5:0]           read_entry, write_entry;
    reg [3:0]           read_channel, write_to_channel;
    // verilator lint_on UNUSEDSIGNAL
    reg                 write_enable;
    reg [WORD_BITS-1:0] write_word;
    wire [WORD_BITS-1:0] word;

    wire [ADDRESS_BITS-1:0] read_address  = {read_entry[ENTRY_BITS-1:0], read_channel[CHANNEL_BITS-1:0]};
    wire [ADDRESS_BITS-1:0] write_address = {write_entry[ENTRY_BITS-1:0], write_to_channel[CHANNEL_BITS-1:0]};

    ram #(.WIDTH(WORD_BITS), .DEPTH(ENTRIES << CHANNEL_BITS), .ADDRESS_BITS(ADDRESS_BITS)) states (
        .clk(clk),
        .write_enable(write_enable), .write_address(write_address), .write_data(write_word),
        .read_enable(1'b1), .read_address(read_address), .read_data(word)
    );

    always @* begin
        read_entry   = issue_index;
        read_channel = issue_channel;
        if (decimated_valid) begin
            read_entry   = PUSHED;
            read_channel = decimated_channel;
        end else if (phase == 2'd1) begin
            read_entry   = source_index;
        end else if (phase == 2'd2) begin
            read_entry   = NOTCHED;
            read_channel = finish_channel;
        end
    end

    // ---- Cycles 1 to 3: operands

    // A state that stands in the RAM from before reset counts for nothing.
    wire signed [S-1:0] y1 = first_tick ? {S{1'b0}} : word[2*E+S +: S];
    wire signed [S-1:0] y2 = first_tick ? {S{1'b0}} : word[2*E +: S];
    wire [E-1:0]        e1 = first_tick ? {E{1'b0}} : word[E +: E];
    wire [E-1:0]        e2 = first_tick ? {E{1'b0}} : word[0 +: E];

    reg                 mirrored_reg;
    reg signed [S-1:0]  y1_reg, y2_reg;
    reg [E-1:0]         e1_reg, e2_reg;
    reg signed [S-1:0]  x0_reg, x1_reg, x2_reg;

    wire signed [S:0]   signed_y1     = mirrored ? -$signed({y1[S-1], y1}) : $signed({y1[S-1], y1});
    wire signed [S:0]   signed_y1_reg = mirrored_reg ? -$signed({y1_reg[S-1], y1_reg}) : $signed({y1_reg[S-1], y1_reg});

    wire signed [S+1:0] d_operand = {signed_y1[S], signed_y1};
    wire signed [S+1:0] g_operand = {signed_y1_reg[S], signed_y1_reg} - {{2{y2_reg[S-1]}}, y2_reg};
    wire signed [S+1:0] b_operand = highpass ?
        {{2{x0_reg[S-1]}}, x0_reg} - {x1_reg[S-1], x1_reg, 1'b0} + {{2{x2_reg[S-1]}}, x2_reg} :
        {{2{x0_reg[S-1]}}, x0_reg} - {{2{x2_reg[S-1]}}, x2_reg};

    assign mac_valid    = phase == 2'd0 ? sum_valid : issue_valid;
    assign mac_first    = phase == 2'd1;
    assign mac_last     = phase == 2'd0;
    assign mac_subtract = phase != 2'd0;
    assign mac_a        = phase == 2'd0 ? b_operand : phase == 2'd1 ? d_operand : g_operand;
    assign mac_b        = phase == 2'd0 ? b         : phase == 2'd1 ? d         : g;
    assign mac_align    = phase == 2'd0 ? b_align   : phase == 2'd1 ? d_align   : g_align;

    // ---- Cycle 4: 2 s e1 - e2

    wire signed [E+2:0] e1_twice = {2'b00, e1_reg, 1'b0};
    wire signed [E+2:0] init     = (mirrored_reg ? -e1_twice : e1_twice) - $signed({3'b000, e2_reg});

    assign mac_init = {{ACC_BITS-E-3{init[E+2]}}, init};

    // ---- Cycle 7: y and e

    localparam WIDE_BITS = (ACC_BITS - E > S + 3 ? ACC_BITS - E : S + 3) + 1;

    reg                       mirrored_held_reg;
    reg signed [S-1:0]        y1_held_reg, y2_held_reg;
    reg [E-1:0]               e1_held_reg;

    wire signed [S+1:0]          y1_twice = {y1_held_reg[S-1], y1_held_reg, 1'b0};
    wire signed [S+2:0]          base     = (mirrored_held_reg ? -{y1_twice[S+1], y1_twice} : {y1_twice[S+1], y1_twice})
                                            - {{3{y2_held_reg[S-1]}}, y2_held_reg};
    wire signed [WIDE_BITS-1:0]  wide     = {{WIDE_BITS-ACC_BITS+E{acc[ACC_BITS-1]}}, acc[ACC_BITS-1:E]}
                                            + {{WIDE_BITS-S-3{base[S+2]}}, base};

    wire [S-1:0] y_next;
    wire         y_clipped;

    saturate #(.IN_BITS(WIDE_BITS), .OUT_BITS(S)) to_state (.in(wide), .out(y_next), .clipped(y_clipped));

    // ---- Cycles 8 and 9: y is out

    reg signed [S-1:0] y_reg, y1_done_reg, y2_done_reg, x0_held_reg, notched_reg;
    reg [E-1:0]        e_reg, e1_done_reg;
    reg                y_clipped_reg;

    // What the notch leaves: x - (y rounded to the input's step).
    localparam signed [S:0] NOTCH_HALF = ({{S{1'b0}}, 1'b1} << NOTCH_SHIFT) >> 1;

    wire signed [S:0]   hum     = ($signed({y_reg[S-1], y_reg}) + NOTCH_HALF) >>> NOTCH_SHIFT;
    wire signed [S+1:0] cleaned = {{2{x0_held_reg[S-1]}}, x0_held_reg} - {hum[S], hum};

    wire [S-1:0] notched_next;
    wire         notched_clipped;

    saturate #(.IN_BITS(S + 2), .OUT_BITS(S)) to_notched (
        .in(cleaned), .out(notched_next), .clipped(notched_clipped)
    );

    wire finish = finish_valid && phase == 2'd2;
    wire write  = write_valid && phase == 2'd0;

    wire [S-1:0] pushed      = push_reg ? push_data_reg : notched_reg;
    wire [2*S-1:0] was_there = first_tick ? {2{pushed}} : word[S +: 2*S];

    always @* begin
        write_enable     = push_reg || finish || (write && !write_second);
        write_entry      = finish_index;
        write_to_channel = finish_channel;
        write_word       = {{S-2*E{1'b0}}, y_reg, y1_done_reg, e_reg, e1_done_reg};
        if (push_reg) begin
            write_entry      = PUSHED;
            write_to_channel = push_channel_reg;
            write_word       = {pushed, was_there};
        end else if (phase == 2'd0) begin
            write_entry      = write_notch ? NOTCHED : BETWEEN;
            write_to_channel = write_channel;
            write_word       = write_notch ? {pushed, was_there} : {y_reg, y1_done_reg, y2_done_reg};
        end
    end

    // ---- What the first section of a band clipped counts once its second is through

    reg [7:0] first_clipped_reg;

    // Without a notch, notched samples are the decimated ones.
    assign notched_valid     = NOTCH ? write && write_notch : decimated_valid;
    assign notched_channel   = NOTCH ? write_channel : decimated_channel;
    assign notched_data      = NOTCH ? notched_reg : decimated_data;
    assign notched_saturated = finish && finish_notch && (y_clipped_reg || notched_clipped);

    assign band_valid        = finish && finish_index[0];
    assign band_channel      = finish_channel;
    assign band              = finish_index[4:1];
    assign band_data         = y_reg;
    assign band_saturated    = band_valid && (y_clipped_reg || first_clipped_reg[finish_channel[2:0]]);

    always @(posedge clk) begin
        push_channel_reg <= decimated_channel;
        push_data_reg    <= decimated_data;

        if (phase == 2'd1) begin
            {mirrored_reg, y1_reg, y2_reg, e1_reg, e2_reg} <= {mirrored, y1, y2, e1, e2};
            {mirrored_held_reg, y1_held_reg, y2_held_reg, e1_held_reg} <= {mirrored_reg, y1_reg, y2_reg, e1_reg};
            {y1_done_reg, y2_done_reg, e1_done_reg} <= {y1_held_reg, y2_held_reg, e1_held_reg};
            {y_reg, e_reg, y_clipped_reg} <= {y_next, acc[E-1:0], y_clipped};
        end
        if (phase == 2'd2) begin
            {x0_reg, x1_reg, x2_reg} <= word;
            x0_held_reg <= x0_reg;
            notched_reg <= notched_next;
        end
        if (finish && finish_first) begin
            first_clipped_reg[finish_channel[2:0]] <= y_clipped_reg;
        end

        push_reg <= decimated_valid;
        if (rst) begin
            push_reg          <= 1'b0;
            first_clipped_reg <= 8'd0;
        end
    end

endmodule

`default_nettype wire
