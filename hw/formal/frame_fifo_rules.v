// The properties of frame_fifo, for frames of two codes of one bit, and a FIFO of two frames.
//
// RULES: the number of frames stays between 0 and FRAMES, and a beat that waits does not change.
// CONTENT: the output is the codes of the whole frames that were accepted, in their order; other frames are `lost`.

`default_nettype none

module frame_fifo_rules (
    input wire       clk,
    input wire       rst,
    input wire       code_valid,
    input wire       code,
    input wire       stop,
    input wire       partial,
    input wire       m_axis_tready
);

    localparam CHANNELS = 2, CODE_BITS = 1, FRAME_BITS = 1, FRAMES = 1 << FRAME_BITS;

    wire       ready, lost, m_axis_tvalid, m_axis_tlast;
    wire       m_axis_tdata;

    frame_fifo #(.CHANNELS(CHANNELS), .CODE_BITS(CODE_BITS), .FRAME_BITS(FRAME_BITS)) fifo (
        .clk(clk), .rst(rst),
        .code_valid(code_valid), .code(code), .stop(stop), .partial(partial), .ready(ready), .lost(lost),
        .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready),
        .m_axis_tdata(m_axis_tdata), .m_axis_tlast(m_axis_tlast)
    );

    wire beat = m_axis_tvalid && m_axis_tready;

    reg begun = 1'b0;

    always @(posedge clk) begin
        begun <= 1'b1;
        assume (rst == !begun);
        assume (!(code_valid && stop));
    end

`ifdef RULES
    // Internal registers, which the script connects.
    wire [FRAME_BITS:0] tail, head;
    wire                in, refused;

    wire [FRAME_BITS:0] used = tail - head;

    always @(posedge clk) begin
        if (begun) begin
            assert (used <= FRAMES);
            assert (!m_axis_tvalid || used != 0);
            assert (in == 0 || refused || used != FRAMES);  // an accepted frame has its place
            assert (ready == (used != FRAMES));
            if ($past(begun) && $past(m_axis_tvalid && !m_axis_tready)) begin
                assert (m_axis_tvalid);
                assert ($stable(m_axis_tdata));
                assert ($stable(m_axis_tlast));
            end
        end
    end
`endif

`ifdef CONTENT
    // An arbitrary code, chosen by its place among all codes that should be sent.
    (* anyconst *) reg [3:0] chosen;

    reg [3:0] accepted = 0, left = 0;       // codes of whole frames, and beats
    reg       half = 0, taking = 0, have = 0;
    reg       first, expected;

    wire room = accepted - {left[3:1], 1'b0} < 2 * FRAMES;   // a frame leaves with its last beat

    always @(posedge clk) begin
        if (begun) begin
            if (code_valid && !half) begin
                half   <= 1;
                first  <= code;
                taking <= room;
            end else if (code_valid) begin
                half <= 0;
                if (taking) begin
                    accepted <= accepted + 2;
                    if (chosen == accepted || chosen == accepted + 1) begin
                        have     <= 1;
                        expected <= chosen == accepted ? first : code;
                    end
                end
            end else if (stop) begin
                half <= 0;
            end
            if (beat) begin
                left <= left + 1;
                assert (left < accepted);
                assert (m_axis_tlast == left[0]);
                if (left == chosen) begin
                    assert (have && m_axis_tdata == expected);
                end
            end
            assert (lost == (code_valid && half && !taking || stop && (half || partial)));
            assert (ready == room);
        end
    end
`endif

endmodule

`default_nettype wire
