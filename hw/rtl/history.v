// Accepts frames of converter codes, stores the last TAPS frames, and adds the two codes that share a tap.
//
//   s_axis --> history RAM, two copies --> young + old --> codes
//                 ^          ^    ^
//            commit at tlast |    age TAPS - 1 - tap
//                            age tap
//
// The decimator is symmetric, so that two codes share a tap; with two copies of the history both are read in one cycle.
// The code in the middle is read twice, and counts twice.
//
// A frame is accepted only if its tlast is at its last channel. A frame whose tlast is early or late is dropped as a
// whole: its codes are written to places that the next frame overwrites, `frame_dropped` pulses at its tlast, and the
// next beat is channel 0 again.
//
// Each beat of the first frame is written to the whole history of its channel, in 2^POSITION_BITS cycles per beat: this
// primes the history.
//
// `due` rises with the frame that makes a tick due, and stays high until `done`. Meanwhile frames are accepted as before;
// only the frame that would make the next tick due has to wait.
//
//   cycle   0  channel, tap        2  young, old
//           1  addresses           3  codes

`default_nettype none

module history #(
    parameter CHANNELS  = 4,
    parameter FACTOR    = 5,
    parameter TAPS      = 251,
    parameter CODE_BITS = 24
) (
    input  wire                      clk,
    input  wire                      rst,

    input  wire                      s_axis_tvalid,
    output wire                      s_axis_tready,
    input  wire [CODE_BITS-1:0]      s_axis_tdata,
    input  wire                      s_axis_tlast,

    output wire                      due,
    input  wire                      done,

    // verilator lint_off UNUSEDSIGNAL
    // Only as many bits are used as the history has channels and places.
    input  wire [3:0]                channel,
    // verilator lint_on UNUSEDSIGNAL
    input  wire [9:0]                tap,
    output wire signed [CODE_BITS:0] codes,

    output wire                      frame_dropped
);

    // The window of a tick, and the frames that arrive while it is read.
    localparam PLACES        = TAPS + FACTOR - 1;
    localparam POSITION_BITS = PLACES > 1 ? $clog2(PLACES) : 1;
    localparam CHANNEL_BITS  = CHANNELS > 1 ? $clog2(CHANNELS) : 1;
    localparam ADDRESS_BITS  = CHANNEL_BITS + POSITION_BITS;
    localparam DEPTH         = 1 << ADDRESS_BITS;

    localparam [3:0]               LAST_CHANNEL = CHANNELS - 1;
    localparam [6:0]               LAST_PHASE   = FACTOR - 1;
    localparam [POSITION_BITS-1:0] OLDEST       = TAPS - 1;

    generate
        if (CHANNELS < 1 || CHANNELS > 8) begin : g_check_channels
            error_history_CHANNELS_must_be_1_to_8 stop ();
        end
        if (TAPS % 2 == 0 || TAPS > 1023) begin : g_check_taps
            error_history_TAPS_must_be_odd_and_at_most_1023 stop ();
        end
        if (FACTOR < 1 || FACTOR > 80) begin : g_check_factor
            error_history_FACTOR_must_be_1_to_80 stop ();
        end
    endgenerate

    // ---- Input frames

    reg                     due_reg, due_next;
    reg [3:0]               channel_reg, channel_next;      // of the next beat
    reg                     too_long_reg, too_long_next;
    reg [6:0]               phase_reg, phase_next;
    reg [POSITION_BITS-1:0] head_reg, head_next;            // place of the newest whole frame
    reg [POSITION_BITS-1:0] due_head_reg, due_head_next;    // the same for the tick that is due
    reg                     empty_reg, empty_next;
    reg                     frame_dropped_reg, frame_dropped_next;

    // While the history is empty, `head` counts through all positions, and the beat is accepted at the last.
    wire wait_for_it  = due_reg && phase_reg == LAST_PHASE;
    wire write        = s_axis_tvalid && !wait_for_it;
    wire beat         = s_axis_tvalid && s_axis_tready;
    wire last_channel = channel_reg == LAST_CHANNEL;

    wire [POSITION_BITS-1:0] incoming = head_reg + 1'b1;

    assign s_axis_tready = !wait_for_it && (!empty_reg || &head_reg);
    assign due           = due_reg;
    assign frame_dropped = frame_dropped_reg;

    always @* begin
        due_next           = due_reg;
        channel_next       = channel_reg;
        too_long_next      = too_long_reg;
        phase_next         = phase_reg;
        head_next          = head_reg;
        due_head_next      = due_head_reg;
        empty_next         = empty_reg;
        frame_dropped_next = 1'b0;

        if (done) begin
            due_next = 1'b0;
        end
        if (write && empty_reg) begin
            head_next = incoming;
        end
        if (beat && s_axis_tlast) begin
            channel_next  = 4'd0;
            too_long_next = 1'b0;
            if (last_channel && !too_long_reg) begin
                head_next  = incoming;
                empty_next = 1'b0;
                phase_next = phase_reg + 1'b1;
                if (phase_reg == LAST_PHASE) begin
                    phase_next    = 7'd0;
                    due_next      = 1'b1;
                    due_head_next = incoming;
                end
            end else begin
                frame_dropped_next = 1'b1;
            end
        end else if (beat && last_channel) begin
            too_long_next = 1'b1;
        end else if (beat) begin
            channel_next = channel_reg + 1'b1;
        end
    end

    always @(posedge clk) begin
        due_reg           <= due_next;
        channel_reg       <= channel_next;
        too_long_reg      <= too_long_next;
        phase_reg         <= phase_next;
        head_reg          <= head_next;
        due_head_reg      <= due_head_next;
        empty_reg         <= empty_next;
        frame_dropped_reg <= frame_dropped_next;
        if (rst) begin
            due_reg           <= 1'b0;
            channel_reg       <= 4'd0;
            too_long_reg      <= 1'b0;
            phase_reg         <= 7'd0;
            head_reg          <= {POSITION_BITS{1'b0}};
            due_head_reg      <= {POSITION_BITS{1'b0}};
            empty_reg         <= 1'b1;
            frame_dropped_reg <= 1'b0;
        end
    end

    // ---- Output codes

    reg [ADDRESS_BITS-1:0]   young_address_reg, old_address_reg;
    reg signed [CODE_BITS:0] codes_reg;

    // verilator lint_off UNUSEDSIGNAL
    wire [10:0]              tap_wide = {1'b0, tap};    // the largest number of taps and factor need 11 bits
    // verilator lint_on UNUSEDSIGNAL
    wire [POSITION_BITS-1:0] age = tap_wide[POSITION_BITS-1:0];
    wire [CODE_BITS-1:0]     young, old;

    assign codes = codes_reg;

    ram #(.WIDTH(CODE_BITS), .DEPTH(DEPTH), .ADDRESS_BITS(ADDRESS_BITS)) young_history (
        .clk(clk),
        .write_enable(write), .write_address({channel_reg[CHANNEL_BITS-1:0], incoming}), .write_data(s_axis_tdata),
        .read_address(young_address_reg), .read_data(young)
    );

    ram #(.WIDTH(CODE_BITS), .DEPTH(DEPTH), .ADDRESS_BITS(ADDRESS_BITS)) old_history (
        .clk(clk),
        .write_enable(write), .write_address({channel_reg[CHANNEL_BITS-1:0], incoming}), .write_data(s_axis_tdata),
        .read_address(old_address_reg), .read_data(old)
    );

    always @(posedge clk) begin
        young_address_reg <= {channel[CHANNEL_BITS-1:0], due_head_reg - age};
        old_address_reg   <= {channel[CHANNEL_BITS-1:0], due_head_reg - OLDEST + age};
        codes_reg         <= $signed({young[CODE_BITS-1], young}) + $signed({old[CODE_BITS-1], old});
    end

endmodule

`default_nettype wire
