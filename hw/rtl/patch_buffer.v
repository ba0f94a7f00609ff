// Gathers tokens into patches and sends each patch of a (channel, band) as one AXI-Stream packet.
//
// Tokens arrive a tick at a time: for each band, for each channel. They leave for each channel, for each band, PATCH
// ticks a packet, so that the write address only counts and the read address steps by a tick's CHANNELS * BANDS words.
//
//   token --> RAM, BANKS patches deep --> m_axis (the RAM's output register is the stream's)
//
// `ready` says that a whole tick may be written. With two banks that holds until a sink is a whole patch late; with one,
// while no patch is being sent.
//
// Latency: 2 cycles from a patch's last token to its first word, then one word a cycle while tready is high.

`default_nettype none

module patch_buffer #(
    parameter CHANNELS   = 4,
    parameter BANDS      = 12,
    parameter PATCH      = 50,
    parameter TOKEN_BITS = 16,
    parameter BANKS      = 2
) (
    input  wire                  clk,
    input  wire                  rst,

    input  wire                  token_valid,
    input  wire [TOKEN_BITS-1:0] token,
    output wire                  ready,

    output wire                  m_axis_tvalid,
    input  wire                  m_axis_tready,
    output wire [TOKEN_BITS-1:0] m_axis_tdata,
    output wire                  m_axis_tlast,
    output wire [7:0]            m_axis_tuser    // {channel, band}
);

    localparam TICK         = CHANNELS * BANDS;
    localparam SIZE         = TICK * PATCH;
    localparam DEPTH        = SIZE * BANKS;
    localparam ADDRESS_BITS = DEPTH > 1 ? $clog2(DEPTH) : 1;
    localparam [31:0] LAST_WORD = DEPTH - 1;

    generate
        if (BANKS != 1 && BANKS != 2) begin : g_check_banks
            error_patch_buffer_BANKS_must_be_1_or_2 stop ();
        end
        if (PATCH < 1 || PATCH > 255) begin : g_check_patch
            error_patch_buffer_PATCH_must_be_1_to_255 stop ();
        end
    endgenerate

    // Writing: one address that counts through the banks.
    reg                    write_bank_reg;
    reg [ADDRESS_BITS-1:0] write_address_reg;
    wire bank_written = token_valid
        && (write_address_reg == SIZE[ADDRESS_BITS-1:0] - 1'b1 || write_address_reg == LAST_WORD[ADDRESS_BITS-1:0]);

    // Reading: a base that points to a (channel, band) in the patch's first tick, and an address that runs from it.
    reg                    read_bank_reg;
    reg [ADDRESS_BITS-1:0] read_address_reg, packet_base_reg, channel_base_reg;
    reg [7:0]              sample_reg;
    reg [3:0]              band_reg, channel_reg;

    localparam [7:0] LAST_SAMPLE  = PATCH - 1;
    localparam [3:0] LAST_BAND    = BANDS - 1;
    localparam [3:0] LAST_CHANNEL = CHANNELS - 1;

    wire last_sample  = sample_reg == LAST_SAMPLE;
    wire last_band    = band_reg == LAST_BAND;
    wire last_channel = channel_reg == LAST_CHANNEL;

    reg  [1:0] full_reg, full_next;
    reg        tvalid_reg, tlast_reg;
    reg  [7:0] tuser_reg;

    wire fetch     = full_reg[read_bank_reg] && (!tvalid_reg || m_axis_tready);
    wire bank_read = fetch && last_sample && last_band && last_channel;

    wire [ADDRESS_BITS-1:0] next_bank_base =
        BANKS == 2 && !read_bank_reg ? SIZE[ADDRESS_BITS-1:0] : {ADDRESS_BITS{1'b0}};
    wire [ADDRESS_BITS-1:0] next_packet_base =
        !last_band    ? packet_base_reg + CHANNELS[ADDRESS_BITS-1:0] :
        !last_channel ? channel_base_reg + 1'b1 :
                        next_bank_base;

    assign ready         = !full_reg[write_bank_reg];
    assign m_axis_tvalid = tvalid_reg;
    assign m_axis_tlast  = tlast_reg;
    assign m_axis_tuser  = tuser_reg;

    ram #(.WIDTH(TOKEN_BITS), .DEPTH(DEPTH), .ADDRESS_BITS(ADDRESS_BITS)) tokens (
        .clk(clk),
        .write_enable(token_valid), .write_address(write_address_reg), .write_data(token),
        .read_enable(fetch), .read_address(read_address_reg), .read_data(m_axis_tdata)
    );

    always @* begin
        full_next = full_reg;
        if (bank_written) begin
            full_next[write_bank_reg] = 1'b1;
        end
        if (bank_read) begin
            full_next[read_bank_reg] = 1'b0;
        end
    end

    always @(posedge clk) begin
        full_reg <= full_next;

        if (token_valid) begin
            write_address_reg <= write_address_reg == LAST_WORD[ADDRESS_BITS-1:0] ?
                {ADDRESS_BITS{1'b0}} : write_address_reg + 1'b1;
        end
        if (bank_written) begin
            write_bank_reg <= BANKS == 2 ? !write_bank_reg : 1'b0;
        end

        if (fetch) begin
            tlast_reg        <= last_sample;
            tuser_reg        <= {channel_reg, band_reg};
            sample_reg       <= last_sample ? 8'd0 : sample_reg + 1'b1;
            read_address_reg <= last_sample ? next_packet_base : read_address_reg + TICK[ADDRESS_BITS-1:0];
            if (last_sample) begin
                packet_base_reg <= next_packet_base;
                band_reg        <= last_band ? 4'd0 : band_reg + 1'b1;
                if (last_band) begin
                    channel_base_reg <= next_packet_base;
                    channel_reg      <= last_channel ? 4'd0 : channel_reg + 1'b1;
                end
            end
        end
        if (bank_read) begin
            read_bank_reg <= BANKS == 2 ? !read_bank_reg : 1'b0;
        end
        if (!tvalid_reg || m_axis_tready) begin
            tvalid_reg <= fetch;
        end

        if (rst) begin
            full_reg          <= 2'b00;
            write_bank_reg    <= 1'b0;
            write_address_reg <= {ADDRESS_BITS{1'b0}};
            read_bank_reg     <= 1'b0;
            read_address_reg  <= {ADDRESS_BITS{1'b0}};
            packet_base_reg   <= {ADDRESS_BITS{1'b0}};
            channel_base_reg  <= {ADDRESS_BITS{1'b0}};
            sample_reg        <= 8'd0;
            band_reg          <= 4'd0;
            channel_reg       <= 4'd0;
            tvalid_reg        <= 1'b0;
        end
    end

endmodule

`default_nettype wire
