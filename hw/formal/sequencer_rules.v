// The properties of the sequencer, for two channels and a program of two steps of six rows: a run takes its rows for
// both channels and exactly eight cycles to drain; the first tick takes three runs, any other tick one; then it is idle.

`default_nettype none

module sequencer_rules (
    input wire clk,
    input wire rst,
    input wire start
);

    localparam STEP = 6, ROWS = 2 * STEP, LANES = 2, RUN = ROWS * LANES + 8;
    localparam IDLE = 0, RUNNING = 1, DRAINING = 2;

    wire [3:0] row, lane;
    wire       last, first_step_done, muted;
    wire [1:0] tick;

    // The program, and the engine: a result takes seven cycles.
    reg       turn, halt;
    reg [7:1] on_its_way;

    always @(posedge clk) begin
        turn       <= row == STEP - 2 || row == ROWS - 2;
        halt       <= row == ROWS - 2;
        on_its_way <= rst ? 0 : {on_its_way[6:1], last};
    end

    sequencer #(.CHANNELS(2), .ROW_BITS(4)) steps (
        .clk(clk), .rst(rst),
        .start(start), .drained(on_its_way == 0),
        .row(row), .lane(lane), .last(last), .turn(turn), .halt(halt),
        .first_step_done(first_step_done), .tick(tick), .muted(muted)
    );

    // Internal registers, which the script connects.
    wire [1:0] state, mute;
    wire [3:0] step;

    // The expected state: the number of cycles in the current run, and the run of this tick.
    reg       begun = 0, first_tick = 1;
    reg [5:0] cycle = 0;
    reg [1:0] run = 0;
    reg [6:0] busy = 0;

    wire run_over  = state == DRAINING && on_its_way == 0;
    wire tick_over = run_over && !muted;
    wire second    = cycle >= LANES * STEP;
    wire [3:0] at  = cycle % STEP;

    function ends;      // a step's last row for a channel, `ago` cycles before
        input [5:0] ago;
        ends = cycle >= ago && cycle - ago < LANES * ROWS && (cycle - ago) % STEP == STEP - 1;
    endfunction

    integer k;

    always @(posedge clk) begin
        begun <= 1;
        assume (rst == !begun);
        cycle <= rst || state == IDLE || run_over ? 0 : cycle + 1;
        run   <= rst || state == IDLE || tick_over ? 0 : run + run_over;
        busy  <= rst || state == IDLE || tick_over ? 0 : busy + 1;
        if (!rst && tick_over) begin
            first_tick <= 0;
        end

        if (begun) begin
            assert (cycle < RUN);
            assert (busy == run * RUN + cycle);
            assert (run <= (first_tick ? 2 : 0));
            assert (run + mute == (first_tick ? 2 : 0));

            case (state)
                IDLE:     assert (cycle == 0 && row == 0 && lane == 0 && step == 0 && on_its_way == 0);
                RUNNING:  assert (cycle < ROWS * LANES && row == step + at && step == (second ? STEP : 0)
                                  && lane == cycle / STEP % LANES);
                DRAINING: assert (cycle >= ROWS * LANES && row == 0 && lane == 0 && step == 0 && !turn);
                default:  assert (0);
            endcase
            if (state == RUNNING) begin
                assert (turn == ends(0));
                assert (!turn || halt == second);
            end
            if (state != IDLE) begin
                for (k = 1; k <= 7; k = k + 1) begin
                    assert (on_its_way[k] == ends(k));
                end
            end
            if ($past(begun) && $past(state == IDLE && start)) begin
                assert (state == RUNNING);
            end
            assert (last == (state == RUNNING && ends(0)));
            assert (first_step_done == (state == RUNNING && !muted && cycle == LANES * STEP - 1));
        end
    end

endmodule

`default_nettype wire
