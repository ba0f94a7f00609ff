// Says which section of the filter bank runs when.
//
// A tick goes: wait for the decimated samples of all channels, then the notch of every channel, then for each band its
// first section for every channel and its second for every channel. A section takes three cycles to issue (`phase`), a
// product each, and is through 11 cycles after its first; its tag {valid, index, channel} moves on one place every three
// cycles. Between a channel's first section and its second lie GROUP sections, three at least, so that the second finds
// the first's output written.
//
//   phase     0 1 2 0 1 2 0 1 2 0 1 2
//   tag       issue sum   finish write
//
// Cycles a tick: 3 * GROUP * (NOTCH + 2 * BANDS) + 14, GROUP = max(CHANNELS, 3), after the last decimated sample.

`default_nettype none

module sequencer #(
    parameter CHANNELS = 4,
    parameter BANDS    = 12,
    parameter NOTCH    = 1
) (
    input  wire       clk,
    input  wire       rst,

    output wire       ready,
    input  wire       start,
    input  wire       filled,           // the last channel's decimated sample is here

    output wire [1:0] phase,
    output wire       first_tick,       // since reset: states read as zero

    output wire       issue_valid,
    output wire [5:0] issue_index,
    output wire [3:0] issue_channel,
    output wire       sum_valid,
    output wire       finish_valid,
    output wire [5:0] finish_index,
    output wire [3:0] finish_channel,
    output wire       write_valid,
    output wire [5:0] write_index,
    output wire [3:0] write_channel
);

    localparam GROUP = CHANNELS < 3 ? 3 : CHANNELS;

    localparam [3:0] LAST_LANE   = GROUP - 1;
    localparam [3:0] LANES_USED  = CHANNELS;
    localparam [5:0] FIRST_INDEX = NOTCH ? 2 * BANDS : 0;
    localparam [5:0] NOTCH_INDEX = 2 * BANDS;
    localparam [5:0] LAST_INDEX  = 2 * BANDS - 1;

    generate
        if (BANDS < 1 || BANDS > 16) begin : g_check_bands
            error_sequencer_BANDS_must_be_1_to_16 stop ();
        end
    endgenerate

    localparam [1:0] STATE_IDLE = 2'd0, STATE_FILL = 2'd1, STATE_RUN = 2'd2, STATE_DRAIN = 2'd3;

    reg [1:0] state_reg, state_next;
    reg [1:0] phase_reg, phase_next;
    reg [5:0] index_reg, index_next;
    reg [3:0] lane_reg, lane_next;
    reg       first_tick_reg, first_tick_next;

    reg       sum_valid_reg, finish_valid_reg, write_valid_reg;
    reg [5:0] sum_index_reg, finish_index_reg, write_index_reg;
    reg [3:0] sum_channel_reg, finish_channel_reg, write_channel_reg;

    wire last_phase = phase_reg == 2'd2;
    wire empty      = !sum_valid_reg && !finish_valid_reg && !write_valid_reg;

    assign ready          = state_reg == STATE_IDLE;
    assign phase          = phase_reg;
    assign first_tick     = first_tick_reg;
    assign issue_valid    = state_reg == STATE_RUN && lane_reg < LANES_USED;
    assign issue_index    = index_reg;
    assign issue_channel  = lane_reg;
    assign sum_valid      = sum_valid_reg;
    assign finish_valid   = finish_valid_reg;
    assign finish_index   = finish_index_reg;
    assign finish_channel = finish_channel_reg;
    assign write_valid    = write_valid_reg;
    assign write_index    = write_index_reg;
    assign write_channel  = write_channel_reg;

    always @* begin
        state_next      = state_reg;
        phase_next      = last_phase ? 2'd0 : phase_reg + 1'b1;
        index_next      = index_reg;
        lane_next       = lane_reg;
        first_tick_next = first_tick_reg;

        case (state_reg)
            STATE_IDLE: begin
                phase_next = 2'd0;
                if (start) begin
                    state_next = STATE_FILL;
                end
            end
            STATE_FILL: begin
                phase_next = 2'd0;
                if (filled) begin
                    state_next = STATE_RUN;
                end
            end
            STATE_RUN: begin
                if (last_phase) begin
                    lane_next = lane_reg + 1'b1;
                    if (lane_reg == LAST_LANE) begin
                        lane_next  = 4'd0;
                        index_next = index_reg == NOTCH_INDEX ? 6'd0 : index_reg + 1'b1;
                        if (index_reg == LAST_INDEX) begin
                            index_next = FIRST_INDEX;
                            state_next = STATE_DRAIN;
                        end
                    end
                end
            end
            STATE_DRAIN: begin
                if (last_phase && empty) begin
                    first_tick_next = 1'b0;
                    state_next      = STATE_IDLE;
                end
            end
        endcase
    end

    always @(posedge clk) begin
        state_reg      <= state_next;
        phase_reg      <= phase_next;
        index_reg      <= index_next;
        lane_reg       <= lane_next;
        first_tick_reg <= first_tick_next;

        if (last_phase) begin
            sum_valid_reg      <= issue_valid;
            sum_index_reg      <= issue_index;
            sum_channel_reg    <= issue_channel;
            finish_valid_reg   <= sum_valid_reg;
            finish_index_reg   <= sum_index_reg;
            finish_channel_reg <= sum_channel_reg;
            write_valid_reg    <= finish_valid_reg;
            write_index_reg    <= finish_index_reg;
            write_channel_reg  <= finish_channel_reg;
        end

        if (rst) begin
            state_reg        <= STATE_IDLE;
            phase_reg        <= 2'd0;
            index_reg        <= FIRST_INDEX;
            lane_reg         <= 4'd0;
            first_tick_reg   <= 1'b1;
            sum_valid_reg    <= 1'b0;
            finish_valid_reg <= 1'b0;
            write_valid_reg  <= 1'b0;
        end
    end

endmodule

`default_nettype wire
