// A FIFO of converter codes that takes whole frames only, between a host that cannot be held up and the core, which can.
//
//   code --> RAM --> m_axis, a beat a code, tlast on a frame's last
//             ^
//             `committed`: the end of the last whole frame; what lies behind it does not leave
//
// `ready` says that there is room for a frame. The first code of a frame decides: with room all of the frame is taken,
// without it none. `stop` says that no more codes come for now: a frame of which some are missing is taken back. `lost`
// pulses for each frame that does not get through.
//
// Latency: 3 cycles from a frame's last code to its first beat, then a beat in two cycles.

`default_nettype none

module frame_fifo #(
    parameter CHANNELS     = 4,
    parameter CODE_BITS    = 24,
    parameter ADDRESS_BITS = 6      // of 2^ADDRESS_BITS codes
) (
    input  wire                 clk,
    input  wire                 rst,

    input  wire                 code_valid,
    input  wire [CODE_BITS-1:0] code,
    input  wire                 stop,
    input  wire                 partial,    // with stop: part of a code has come since the last
    output wire                 ready,
    output wire                 lost,

    output wire                 m_axis_tvalid,
    input  wire                 m_axis_tready,
    output wire [CODE_BITS-1:0] m_axis_tdata,
    output wire                 m_axis_tlast
);

    localparam [3:0]            LAST_CHANNEL = CHANNELS - 1;
    localparam [ADDRESS_BITS:0] FULL_ENOUGH  = (1 << ADDRESS_BITS) - CHANNELS;  // more leaves no room for a frame

    generate
        if (CHANNELS < 1 || CHANNELS > 8) begin : g_check_channels
            error_frame_fifo_CHANNELS_must_be_1_to_8 stop ();
        end
        if ((1 << ADDRESS_BITS) < CHANNELS) begin : g_check_depth
            error_frame_fifo_ADDRESS_BITS_must_hold_a_frame stop ();
        end
    endgenerate

    // Places have a bit more than addresses, which tells full from empty.
    reg [ADDRESS_BITS:0] write_reg, write_next;
    reg [ADDRESS_BITS:0] committed_reg, committed_next;
    reg [ADDRESS_BITS:0] head_reg, head_next;
    reg [3:0]            channel_reg, channel_next;
    reg                  refused_reg, refused_next;     // the frame that is coming
    reg                  tvalid_reg, tvalid_next;

    wire [ADDRESS_BITS:0] used = committed_reg - head_reg;

    wire first  = channel_reg == 4'd0;
    wire last   = channel_reg == LAST_CHANNEL;
    wire refuse = first ? !ready : refused_reg;
    wire beat   = m_axis_tvalid && m_axis_tready;

    assign ready         = used <= FULL_ENOUGH;
    assign lost          = code_valid && last && refuse || stop && (!first || partial);
    assign m_axis_tvalid = tvalid_reg;

    ram #(.WIDTH(CODE_BITS + 1), .DEPTH(1 << ADDRESS_BITS), .ADDRESS_BITS(ADDRESS_BITS)) codes (
        .clk(clk),
        .write_enable(code_valid && !refuse), .write_address(write_reg[ADDRESS_BITS-1:0]), .write_data({last, code}),
        .read_address(head_reg[ADDRESS_BITS-1:0]), .read_data({m_axis_tlast, m_axis_tdata})
    );

    always @* begin
        write_next     = write_reg;
        committed_next = committed_reg;
        channel_next   = channel_reg;
        refused_next   = refused_reg;
        head_next      = head_reg + {{ADDRESS_BITS{1'b0}}, beat};
        tvalid_next    = head_reg != committed_reg && !beat;

        if (code_valid) begin
            channel_next = last ? 4'd0 : channel_reg + 1'b1;
            refused_next = refuse;
            if (!refuse) begin
                write_next = write_reg + 1'b1;
                if (last) begin
                    committed_next = write_next;
                end
            end
        end else if (stop) begin
            channel_next = 4'd0;
            write_next   = committed_reg;
        end
    end

    always @(posedge clk) begin
        write_reg     <= write_next;
        committed_reg <= committed_next;
        head_reg      <= head_next;
        channel_reg   <= channel_next;
        refused_reg   <= refused_next;
        tvalid_reg    <= tvalid_next;
        if (rst) begin
            write_reg     <= {ADDRESS_BITS+1{1'b0}};
            committed_reg <= {ADDRESS_BITS+1{1'b0}};
            head_reg      <= {ADDRESS_BITS+1{1'b0}};
            channel_reg   <= 4'd0;
            refused_reg   <= 1'b0;
            tvalid_reg    <= 1'b0;
        end
    end

endmodule

`default_nettype wire
