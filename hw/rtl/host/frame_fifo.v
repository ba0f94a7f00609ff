// A FIFO of frames of converter codes, between a host that cannot stall and the core, which can.
//
//   code --> RAM, 2^FRAME_BITS frames --> m_axis, one beat per code, tlast on a frame's last
//
// `ready` is high while there is room for a frame. At a frame's first code: with room the whole frame is accepted,
// without room none of it. `stop` marks the end of a transaction: an incomplete frame is discarded, because the next frame
// overwrites it. `lost` pulses for each frame that is discarded.
//
// Latency: 3 cycles from a frame's last code to its first beat, then one beat every two cycles.

`default_nettype none

module frame_fifo #(
    parameter CHANNELS   = 4,
    parameter CODE_BITS  = 24,
    parameter FRAME_BITS = 3
) (
    input  wire                 clk,
    input  wire                 rst,

    input  wire                 code_valid,
    input  wire [CODE_BITS-1:0] code,
    input  wire                 stop,       // never together with code_valid
    input  wire                 partial,    // with stop: a part of a code has arrived after the last code
    output wire                 ready,
    output wire                 lost,

    output wire                 m_axis_tvalid,
    input  wire                 m_axis_tready,
    output wire [CODE_BITS-1:0] m_axis_tdata,
    output wire                 m_axis_tlast
);

    localparam CHANNEL_BITS = CHANNELS > 1 ? $clog2(CHANNELS) : 1;
    localparam ADDRESS_BITS = FRAME_BITS + CHANNEL_BITS;

    localparam [CHANNEL_BITS-1:0] FIRST = 0, LAST = CHANNELS[CHANNEL_BITS-1:0] - 1'b1;
    localparam [FRAME_BITS:0]     FULL  = 1 << FRAME_BITS;

    generate
        if (CHANNELS < 1 || CHANNELS > 8) begin : g_check_channels
            error_frame_fifo_CHANNELS_must_be_1_to_8 stop ();
        end
        if (FRAME_BITS < 1) begin : g_check_frames
            error_frame_fifo_FRAME_BITS_must_be_at_least_1 stop ();
        end
    endgenerate

    // Frame numbers have one bit more than the RAM needs, to distinguish full from empty.
    reg [FRAME_BITS:0]     tail_reg, tail_next, head_reg, head_next;
    reg [CHANNEL_BITS-1:0] in_reg, in_next;             // of the next input code
    reg [CHANNEL_BITS-1:0] out_reg, out_next;           // of the next output beat
    reg                    refused_reg, refused_next;   // whether the current input frame is refused
    reg                    tvalid_reg, tvalid_next;

    wire first   = in_reg == FIRST;
    wire last    = in_reg == LAST;
    wire refused = first ? !ready : refused_reg;
    wire beat    = m_axis_tvalid && m_axis_tready;

    assign ready         = tail_reg - head_reg != FULL;
    assign lost          = code_valid ? last && refused : stop && (!first || partial);
    assign m_axis_tvalid = tvalid_reg;
    assign m_axis_tlast  = out_reg == LAST;

    ram #(.WIDTH(CODE_BITS), .DEPTH(1 << ADDRESS_BITS), .ADDRESS_BITS(ADDRESS_BITS)) codes (
        .clk(clk),
        .write_enable(code_valid && !refused), .write_address({tail_reg[FRAME_BITS-1:0], in_reg}), .write_data(code),
        .read_address({head_reg[FRAME_BITS-1:0], out_reg}), .read_data(m_axis_tdata)
    );

    always @* begin
        tail_next    = tail_reg;
        head_next    = head_reg;
        in_next      = in_reg;
        out_next     = out_reg;
        refused_next = refused_reg;
        tvalid_next  = head_reg != tail_reg && !beat;

        if (code_valid) begin
            in_next      = last ? FIRST : in_reg + 1'b1;
            refused_next = refused;
            if (last && !refused) begin
                tail_next = tail_reg + 1'b1;
            end
        end else if (stop) begin
            in_next = FIRST;
        end
        if (beat) begin
            out_next = m_axis_tlast ? FIRST : out_reg + 1'b1;
            if (m_axis_tlast) begin
                head_next = head_reg + 1'b1;
            end
        end
    end

    always @(posedge clk) begin
        tail_reg    <= tail_next;
        head_reg    <= head_next;
        in_reg      <= in_next;
        out_reg     <= out_next;
        refused_reg <= refused_next;
        tvalid_reg  <= tvalid_next;
        if (rst) begin
            tail_reg   <= {FRAME_BITS+1{1'b0}};
            head_reg   <= {FRAME_BITS+1{1'b0}};
            in_reg     <= FIRST;
            out_reg    <= FIRST;
            tvalid_reg <= 1'b0;
        end
    end

endmodule

`default_nettype wire
