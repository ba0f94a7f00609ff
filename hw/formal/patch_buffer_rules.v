// The properties of patch_buffer, for one channel, two bands and patches of two samples: a beat that waits does not change,
// a packet has the right length and place in the order, and a word follows the one before it within three cycles.

`default_nettype none

module patch_buffer_rules (
    input wire       clk,
    input wire       rst,
    input wire [1:0] band_mask,
    input wire       token_valid,
    input wire       token,
    input wire       m_axis_tready
);

    localparam BANDS = 2, PATCH = 2;

    wire       ready, m_axis_tvalid, m_axis_tlast, m_axis_tdata;
    wire [7:0] m_axis_tuser;

    patch_buffer #(.CHANNELS(1), .BANDS(BANDS), .PATCH(PATCH), .TOKEN_BITS(1)) buffer (
        .clk(clk), .rst(rst),
        .band_mask({14'd0, band_mask}),
        .token_valid(token_valid), .token(token), .ready(ready),
        .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready),
        .m_axis_tdata(m_axis_tdata), .m_axis_tlast(m_axis_tlast), .m_axis_tuser(m_axis_tuser)
    );

    reg       begun = 0, in_tick = 0, after_token = 0;
    reg       in_packet = 0, before = 0;
    reg [1:0] missing = 0;      // cycles since a packet's next word has been due
    reg       last_band = 0;

    wire beat = m_axis_tvalid && m_axis_tready;

    always @(posedge clk) begin
        begun <= 1;
        assume (rst == !begun);

        // The engine starts a tick when the buffer is ready; then its tokens arrive, never in two successive cycles.
        assume (!(token_valid && (!begun || after_token || !in_tick && !ready)));
        after_token <= token_valid;
        if (token_valid) begin
            in_tick <= !in_tick;
        end

        if (begun) begin
            if (before && $past(m_axis_tvalid && !m_axis_tready)) begin
                assert (m_axis_tvalid);
                assert ($stable(m_axis_tdata));
                assert ($stable(m_axis_tlast));
                assert ($stable(m_axis_tuser));
            end
            before <= 1;

            if (m_axis_tvalid) begin
                assert (m_axis_tuser[7:1] == 0);
                assert (m_axis_tlast == in_packet);
                if (in_packet) begin
                    assert (m_axis_tuser[0] == last_band);
                end
            end
            if (beat) begin
                in_packet <= !m_axis_tlast;
                last_band <= m_axis_tuser[0];
            end

            missing <= in_packet && !m_axis_tvalid ? missing + 1 : 0;
            assert (missing < 3);
        end
    end

endmodule

`default_nettype wire
