// Collects tokens into patches and sends each patch of a (channel, band) as one AXI-Stream packet.
//
// Tokens arrive tick by tick: for each band, for each channel. They are sent for each channel, for each band, PATCH
// ticks in a packet. So the write address only counts, and the read address steps by a tick's CHANNELS * BANDS words.
//
//   token --> RAM, BANKS patches deep --+---------------> m_axis
//                                       +--> held word --+
//
// The RAM has one port: in the cycle of a token nothing is read, and the word at its output is lost. So a register holds
// that word from the cycle after it was read. A band whose bit in `band_mask` is 0 when the first packet of a patch is due
// is left out of that patch.
//
// `ready` is high while a whole tick may be written. With two banks, that is until the sink is a whole patch late; with
// one bank, while no patch is being sent.
//
// Latency: 3 cycles from a patch's last token to its first word, then one word per cycle while tready is high and no
// token arrives; a packet that is left out takes one cycle.

`default_nettype none

module patch_buffer #(
    parameter CHANNELS   = 4,
    parameter BANDS      = 12,
    parameter PATCH      = 50,
    parameter TOKEN_BITS = 16,
    parameter BANKS      = 2,
    parameter RAM_STYLE  = "auto"
) (
    input  wire                  clk,
    input  wire                  rst,

    // verilator lint_off UNUSEDSIGNAL
    input  wire [15:0]           band_mask,     // only the lowest BANDS bits are used
    // verilator lint_on UNUSEDSIGNAL

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

    localparam [ADDRESS_BITS-1:0] FIRST_BANK_END = SIZE - 1, END = DEPTH - 1;

    localparam [7:0] LAST_SAMPLE  = PATCH - 1;
    localparam [3:0] LAST_BAND    = BANDS[3:0] - 4'd1;    // 15 for 16
    localparam [3:0] LAST_CHANNEL = CHANNELS - 1;

    generate
        if (BANKS != 1 && BANKS != 2) begin : g_check_banks
            error_patch_buffer_BANKS_must_be_1_or_2 stop ();
        end
        if (PATCH < 1 || PATCH > 255) begin : g_check_patch
            error_patch_buffer_PATCH_must_be_1_to_255 stop ();
        end
    endgenerate

    reg [1:0] full_reg, full_next;

    // ---- Writing: one address counts through the banks

    reg                    write_bank_reg;
    reg [ADDRESS_BITS-1:0] write_address_reg;

    wire bank_written = token_valid && (write_address_reg == FIRST_BANK_END || write_address_reg == END);

    assign ready = !full_reg[write_bank_reg];

    // ---- Reading: one address steps from word to word, and from packet to packet

    reg                    sending_reg, read_bank_reg;
    reg [BANDS-1:0]        mask_reg;            // the current band in the lowest bit
    reg [ADDRESS_BITS-1:0] read_address_reg;
    reg [7:0]              sample_reg;
    reg [3:0]              band_reg, channel_reg;
    reg                    tvalid_reg, tlast_reg, fresh_reg;
    reg [TOKEN_BITS-1:0]   held_reg;
    reg [7:0]              tuser_reg;

    wire last_sample  = sample_reg == LAST_SAMPLE;
    wire last_band    = band_reg == LAST_BAND;
    wire last_channel = channel_reg == LAST_CHANNEL;
    wire last_bank    = BANKS == 1 || read_bank_reg;

    wire let_out     = mask_reg[0];
    wire fetch       = sending_reg && let_out && !token_valid && (!tvalid_reg || m_axis_tready);
    wire packet_read = sending_reg && (let_out ? fetch && last_sample : 1'b1);
    wire bank_read   = packet_read && last_band && last_channel;

    // Step from a packet's first word to the next packet's first; from its last word the step is ACROSS less.
    localparam [ADDRESS_BITS-1:0] WORD         = TICK;
    localparam [ADDRESS_BITS-1:0] ACROSS       = TICK * (PATCH - 1);
    localparam [ADDRESS_BITS-1:0] NEXT_BAND    = CHANNELS;
    localparam [ADDRESS_BITS-1:0] NEXT_CHANNEL = 1 - (BANDS - 1) * CHANNELS;
    localparam [ADDRESS_BITS-1:0] NEXT_BANK    = SIZE - TICK + 1;

    reg [ADDRESS_BITS-1:0] stride;

    always @* begin
        case ({last_band, last_channel})
            2'b11:   stride = let_out ? NEXT_BANK - ACROSS : NEXT_BANK;
            2'b10:   stride = let_out ? NEXT_CHANNEL - ACROSS : NEXT_CHANNEL;
            default: stride = let_out ? NEXT_BAND - ACROSS : NEXT_BAND;
        endcase
        if (!packet_read) begin
            stride = WORD;
        end
    end

    wire [TOKEN_BITS-1:0] word;

    assign m_axis_tvalid = tvalid_reg;
    assign m_axis_tdata  = fresh_reg ? word : held_reg;
    assign m_axis_tlast  = tlast_reg;
    assign m_axis_tuser  = tuser_reg;

    single_port_ram #(.WIDTH(TOKEN_BITS), .DEPTH(DEPTH), .ADDRESS_BITS(ADDRESS_BITS), .RAM_STYLE(RAM_STYLE)) tokens (
        .clk(clk),
        .enable(token_valid || fetch), .write(token_valid),
        .address(token_valid ? write_address_reg : read_address_reg),
        .write_data(token), .read_data(word)
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
        full_reg  <= full_next;
        fresh_reg <= fetch;
        held_reg  <= m_axis_tdata;

        if (token_valid) begin
            write_address_reg <= write_address_reg == END ? {ADDRESS_BITS{1'b0}} : write_address_reg + 1'b1;
        end
        if (bank_written) begin
            write_bank_reg <= BANKS == 2 ? !write_bank_reg : 1'b0;
        end

        if (fetch) begin
            tlast_reg  <= last_sample;
            tuser_reg  <= {channel_reg, band_reg};
            sample_reg <= last_sample ? 8'd0 : sample_reg + 1'b1;
        end
        if (fetch || packet_read) begin
            read_address_reg <= bank_read && last_bank ? {ADDRESS_BITS{1'b0}} : read_address_reg + stride;
        end
        if (packet_read) begin
            mask_reg <= mask_reg >> 1 | {{BANDS-1{1'b0}}, mask_reg[0]} << (BANDS - 1);
            band_reg <= last_band ? 4'd0 : band_reg + 1'b1;
            if (last_band) begin
                channel_reg <= last_channel ? 4'd0 : channel_reg + 1'b1;
            end
        end
        if (bank_read) begin
            read_bank_reg <= BANKS == 2 ? !read_bank_reg : 1'b0;
        end
        if (sending_reg) begin
            sending_reg <= !bank_read;
        end else begin
            sending_reg <= full_reg[read_bank_reg];
            mask_reg    <= band_mask[BANDS-1:0];
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
            sample_reg        <= 8'd0;
            band_reg          <= 4'd0;
            channel_reg       <= 4'd0;
            sending_reg       <= 1'b0;
            tvalid_reg        <= 1'b0;
        end
    end

endmodule

`default_nettype wire
