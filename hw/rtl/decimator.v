// Takes in frames of converter codes and filters them: a symmetric FIR, one sample a channel every FACTOR frames.
//
//   s_axis --> history RAM (two copies) --> young + old --> mac --> >>> SHIFT --> saturate --> decimated
//                 ^          ^    ^                          ^
//            commit at tlast |    age TAPS-1-i        tap ROM, tap i
//                          age i
//
// The filter is symmetric, so that two codes share a tap; two copies of the history let both be read at once. Before
// TAPS frames have come, an age from before the first frame reads the first frame: the history is primed with it at no
// cost.
//
// A frame enters the history only when its tlast falls on its last channel. One whose tlast comes early or late is
// dropped whole: its codes are written where the next frame overwrites them, `frame_dropped` pulses at its tlast, and
// the next beat is channel 0 again.
//
// s_axis_tready is low from the frame that makes a tick due until the history has been read for it: CHANNELS * HALF_TAPS
// cycles, after those for which `start_ready` holds it back.
//
//   cycle   0  read the history and the tap ROM            4  aligned product
//           1  young + old to the mac                      5  acc
//           2  operands in registers                       6  decimated_valid (after a channel's last tap)
//           3  product

`default_nettype none

module decimator #(
    parameter CHANNELS   = 4,
    parameter FACTOR     = 5,
    parameter TAPS       = 251,
    parameter TAP_BITS   = 18,
    parameter CODE_BITS  = 24,
    parameter STATE_BITS = 32,
    parameter ACC_BITS   = 56,
    parameter SHIFT      = 11
) (
    input  wire                         clk,
    input  wire                         rst,

    input  wire                         s_axis_tvalid,
    output wire                         s_axis_tready,
    input  wire [CODE_BITS-1:0]         s_axis_tdata,
    input  wire                         s_axis_tlast,

    // One cycle of `start` begins a tick; it comes only while the filter bank is ready for one.
    input  wire                         start_ready,
    output wire                         start,

    // The multiplier, ours from `start` until the last decimated sample.
    output wire                         mac_valid,
    output wire                         mac_first,
    output wire                         mac_last,
    output wire signed [CODE_BITS:0]    mac_a,
    output wire signed [TAP_BITS-1:0]   mac_b,
    output wire signed [ACC_BITS-1:0]   mac_init,
    input  wire                         acc_valid,
    input  wire signed [ACC_BITS-1:0]   acc,

    output wire                         decimated_valid,
    output wire [3:0]                   decimated_channel,
    output wire signed [STATE_BITS-1:0] decimated_data,
    output wire                         decimated_saturated,

    output wire                         frame_dropped
);

    localparam MIDDLE        = TAPS / 2;
    localparam POSITION_BITS = $clog2(TAPS + 1);    // one place more than the window, for the frame coming in
    localparam DEPTH         = CHANNELS << POSITION_BITS;
    localparam ADDRESS_BITS  = $clog2(DEPTH);

    localparam [3:0]               LAST_CHANNEL = CHANNELS - 1;
    localparam [6:0]               LAST_PHASE   = FACTOR - 1;
    localparam [9:0]               LAST_TAP     = MIDDLE;
    localparam [POSITION_BITS-1:0] OLDEST       = TAPS - 1;

    generate
        if (CHANNELS < 1 || CHANNELS > 8) begin : g_check_channels
            error_decimator_CHANNELS_must_be_1_to_8 stop ();
        end
        if (TAPS % 2 == 0 || TAPS > 1023) begin : g_check_taps
            error_decimator_TAPS_must_be_odd_and_at_most_1023 stop ();
        end
        if (FACTOR < 1 || FACTOR > 80) begin : g_check_factor
            error_decimator_FACTOR_must_be_1_to_80 stop ();
        end
        if (SHIFT < 0 || SHIFT >= ACC_BITS) begin : g_check_shift
            error_decimator_SHIFT_must_be_0_to_less_than_ACC_BITS stop ();
        end
    endgenerate

    // ---- Frames in

    localparam [1:0] STATE_COLLECT = 2'd0, STATE_DUE = 2'd1, STATE_READ = 2'd2;

    reg [1:0]               state_reg, state_next;
    reg [3:0]               channel_reg, channel_next;      // of the next beat, or of the tap being read
    reg                     too_long_reg, too_long_next;
    reg [6:0]               phase_reg, phase_next;
    reg [POSITION_BITS-1:0] head_reg, head_next;            // the newest whole frame
    reg [POSITION_BITS-1:0] reach_reg, reach_next;          // age of the oldest frame there is, up to OLDEST
    reg                     empty_reg, empty_next;
    reg [9:0]               tap_reg, tap_next;
    reg                     start_next, frame_dropped_reg, frame_dropped_next;

    wire beat         = s_axis_tvalid && s_axis_tready;
    wire last_channel = channel_reg == LAST_CHANNEL;
    wire last_tap     = tap_reg == LAST_TAP;

    assign s_axis_tready = state_reg == STATE_COLLECT;
    assign start         = start_next;
    assign frame_dropped = frame_dropped_reg;

    always @* begin
        state_next         = state_reg;
        channel_next       = channel_reg;
        too_long_next      = too_long_reg;
        phase_next         = phase_reg;
        head_next          = head_reg;
        reach_next         = reach_reg;
        empty_next         = empty_reg;
        tap_next           = tap_reg;
        start_next         = 1'b0;
        frame_dropped_next = 1'b0;

        case (state_reg)
            STATE_COLLECT: begin
                if (beat && s_axis_tlast) begin
                    channel_next  = 4'd0;
                    too_long_next = 1'b0;
                    if (last_channel && !too_long_reg) begin
                        head_next  = head_reg + 1'b1;
                        empty_next = 1'b0;
                        if (!empty_reg && reach_reg != OLDEST) begin
                            reach_next = reach_reg + 1'b1;
                        end
                        phase_next = phase_reg + 1'b1;
                        if (phase_reg == LAST_PHASE) begin
                            phase_next = 7'd0;
                            state_next = STATE_DUE;
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
            STATE_DUE: begin
                if (start_ready) begin
                    start_next = 1'b1;
                    state_next = STATE_READ;
                end
            end
            STATE_READ: begin
                tap_next = tap_reg + 1'b1;
                if (last_tap) begin
                    tap_next     = 10'd0;
                    channel_next = channel_reg + 1'b1;
                    if (last_channel) begin
                        channel_next = 4'd0;
                        state_next   = STATE_COLLECT;
                    end
                end
            end
            default: state_next = STATE_COLLECT;
        endcase
    end

    always @(posedge clk) begin
        state_reg         <= state_next;
        channel_reg       <= channel_next;
        too_long_reg      <= too_long_next;
        phase_reg         <= phase_next;
        head_reg          <= head_next;
        reach_reg         <= reach_next;
        empty_reg         <= empty_next;
        tap_reg           <= tap_next;
        frame_dropped_reg <= frame_dropped_next;
        if (rst) begin
            state_reg         <= STATE_COLLECT;
            channel_reg       <= 4'd0;
            too_long_reg      <= 1'b0;
            phase_reg         <= 7'd0;
            head_reg          <= {POSITION_BITS{1'b0}};
            reach_reg         <= {POSITION_BITS{1'b0}};
            empty_reg         <= 1'b1;
            tap_reg           <= 10'd0;
            frame_dropped_reg <= 1'b0;
        end
    end

    // ---- History

    wire [POSITION_BITS-1:0] age_young = tap_reg[POSITION_BITS-1:0];
    wire [POSITION_BITS-1:0] age_old   = OLDEST - age_young;
    wire [POSITION_BITS-1:0] back_young = age_young < reach_reg ? age_young : reach_reg;
    wire [POSITION_BITS-1:0] back_old   = age_old < reach_reg ? age_old : reach_reg;

    wire [POSITION_BITS-1:0] incoming   = head_reg + 1'b1;

    // {channel, position}, of which the RAM takes as many bits as it has.
    // verilator lint_off UNUSEDSIGNAL
    wire [POSITION_BITS+3:0] write_address = {channel_reg, incoming};
    wire [POSITION_BITS+3:0] young_address = {channel_reg, head_reg - back_young};
    wire [POSITION_BITS+3:0] old_address   = {channel_reg, head_reg - back_old};
    // verilator lint_on UNUSEDSIGNAL

    wire [CODE_BITS-1:0] young, old;

    ram #(.WIDTH(CODE_BITS), .DEPTH(DEPTH), .ADDRESS_BITS(ADDRESS_BITS)) young_history (
        .clk(clk),
        .write_enable(beat), .write_address(write_address[ADDRESS_BITS-1:0]), .write_data(s_axis_tdata),
        .read_enable(1'b1), .read_address(young_address[ADDRESS_BITS-1:0]), .read_data(young)
    );

    ram #(.WIDTH(CODE_BITS), .DEPTH(DEPTH), .ADDRESS_BITS(ADDRESS_BITS)) old_history (
        .clk(clk),
        .write_enable(beat), .write_address(write_address[ADDRESS_BITS-1:0]), .write_data(s_axis_tdata),
        .read_enable(1'b1), .read_address(old_address[ADDRESS_BITS-1:0]), .read_data(old)
    );

    wire [TAP_BITS-1:0] tap;

    tap_rom #(.DATA_BITS(TAP_BITS)) taps (.clk(clk), .index(tap_reg), .tap(tap));

    // ---- Products, a cycle after the read

    reg read_valid_reg, read_first_reg, read_last_reg;

    assign mac_valid = read_valid_reg;
    assign mac_first = read_first_reg;
    assign mac_last  = read_last_reg;
    assign mac_b     = tap;
    // The tap in the middle has a code of its own.
    assign mac_a     = $signed({young[CODE_BITS-1], young})
        + $signed(read_last_reg ? {CODE_BITS + 1{1'b0}} : {old[CODE_BITS-1], old});

    // Half a step of the output, so that halves round up.
    localparam signed [ACC_BITS-1:0] HALF = ({{ACC_BITS-1{1'b0}}, 1'b1} << SHIFT) >> 1;

    assign mac_init = HALF;

    always @(posedge clk) begin
        read_valid_reg <= state_reg == STATE_READ;
        read_first_reg <= tap_reg == 10'd0;
        read_last_reg  <= last_tap;
        if (rst) begin
            read_valid_reg <= 1'b0;
        end
    end

    // ---- Samples out; the bank's own sums bear acc_valid too, but only after all of these

    wire signed [ACC_BITS-1:0] shifted = acc >>> SHIFT;
    wire [STATE_BITS-1:0]      sample;
    wire                       clipped;

    saturate #(.IN_BITS(ACC_BITS), .OUT_BITS(STATE_BITS)) to_sample (
        .in(shifted), .out(sample), .clipped(clipped)
    );

    reg                  pending_reg;
    reg                  decimated_valid_reg, decimated_saturated_reg;
    reg [3:0]            sum_channel_reg, decimated_channel_reg;
    reg [STATE_BITS-1:0] decimated_data_reg;

    assign decimated_valid     = decimated_valid_reg;
    assign decimated_channel   = decimated_channel_reg;
    assign decimated_data      = decimated_data_reg;
    assign decimated_saturated = decimated_saturated_reg;

    always @(posedge clk) begin
        decimated_valid_reg     <= acc_valid && pending_reg;
        decimated_saturated_reg <= acc_valid && pending_reg && clipped;
        decimated_channel_reg   <= sum_channel_reg;
        decimated_data_reg      <= sample;
        if (start) begin
            pending_reg <= 1'b1;
        end
        if (acc_valid && pending_reg) begin
            sum_channel_reg <= sum_channel_reg == LAST_CHANNEL ? 4'd0 : sum_channel_reg + 1'b1;
            pending_reg     <= sum_channel_reg != LAST_CHANNEL;
        end
        if (rst) begin
            pending_reg             <= 1'b0;
            sum_channel_reg         <= 4'd0;
            decimated_valid_reg     <= 1'b0;
            decimated_saturated_reg <= 1'b0;
        end
    end

endmodule

`default_nettype wire
