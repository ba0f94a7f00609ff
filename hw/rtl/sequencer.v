// Runs the program: each step for every channel, step after step, and halts when a tick is done.
//
//   row       0 1 .. n  0 1 .. n  ..  n+1 ..          lane     0         1         ..  0
//
// `row` is being fetched; `turn` and `halt` are those of the row before it, which the ROM outputs now. A row with `turn` is
// the one before its step's last row, and controls where to continue after the last. There are at least two lanes, so that
// a step can read what the step before it has written; a lane without a channel has no `last`.
//
// The first tick runs three times on the same codes. In the first two runs, with `muted`, the filters' results count as
// zero and there is no output: this clears all states and fills the past of every input with its first sample.
//
// Cycles per tick: the rows of the program for each lane, and 9 to start and to drain.

`default_nettype none

module sequencer #(
    parameter CHANNELS = 4,
    parameter ROW_BITS = 9
) (
    input  wire                clk,
    input  wire                rst,

    input  wire                start,       // a tick is due, and may begin
    input  wire                drained,     // no result is in the pipeline

    output wire [ROW_BITS-1:0] row,
    output wire [3:0]          lane,
    output wire                last,        // `row` ends a step of a lane with a channel
    input  wire                turn,
    input  wire                halt,

    output wire                first_step_done,     // this tick does not run that step again
    output wire [1:0]          tick,        // counts the runs
    output wire                muted
);

    localparam [3:0] LAST_LANE  = CHANNELS < 2 ? 1 : CHANNELS - 1;
    localparam [3:0] LANES_USED = CHANNELS;

    localparam [1:0] STATE_IDLE = 2'd0, STATE_RUN = 2'd1, STATE_DRAIN = 2'd2;

    reg [1:0]          state_reg, state_next;
    reg [ROW_BITS-1:0] row_reg, row_next, step_reg, step_next;
    reg [3:0]          lane_reg, lane_next;
    reg [1:0]          tick_reg, tick_next;
    reg [1:0]          mute_reg, mute_next;         // remaining muted runs

    wire turning   = state_reg == STATE_RUN && turn;
    wire last_lane = lane_reg == LAST_LANE;

    assign row             = row_reg;
    assign lane            = lane_reg;
    assign last            = turning && lane_reg < LANES_USED;
    assign first_step_done = turning && last_lane && step_reg == {ROW_BITS{1'b0}} && !muted;
    assign tick            = tick_reg;
    assign muted           = |mute_reg;

    always @* begin
        state_next = state_reg;
        row_next   = row_reg;
        step_next  = step_reg;
        lane_next  = lane_reg;
        tick_next  = tick_reg;
        mute_next  = mute_reg;

        case (state_reg)
            STATE_IDLE: begin
                if (start) begin
                    state_next = STATE_RUN;
                end
            end
            STATE_RUN: begin
                row_next = row_reg + 1'b1;
                if (turn) begin
                    lane_next = lane_reg + 1'b1;
                    if (!last_lane) begin
                        row_next = step_reg;
                    end else begin
                        lane_next = 4'd0;
                        step_next = row_reg + 1'b1;
                        if (halt) begin
                            row_next   = {ROW_BITS{1'b0}};
                            step_next  = {ROW_BITS{1'b0}};
                            state_next = STATE_DRAIN;
                        end
                    end
                end
            end
            STATE_DRAIN: begin
                if (drained) begin
                    tick_next  = tick_reg + 1'b1;
                    state_next = muted ? STATE_RUN : STATE_IDLE;
                    if (muted) begin
                        mute_next = mute_reg - 1'b1;
                    end
                end
            end
            default: state_next = STATE_IDLE;
        endcase
    end

    always @(posedge clk) begin
        state_reg <= state_next;
        row_reg   <= row_next;
        step_reg  <= step_next;
        lane_reg  <= lane_next;
        tick_reg  <= tick_next;
        mute_reg  <= mute_next;
        if (rst) begin
            state_reg <= STATE_IDLE;
            row_reg   <= {ROW_BITS{1'b0}};
            step_reg  <= {ROW_BITS{1'b0}};
            lane_reg  <= 4'd0;
            tick_reg  <= 2'd0;
            mute_reg  <= 2'd2;
        end
    end

endmodule

`default_nettype wire
