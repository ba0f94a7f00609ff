// The tokenizer for a microcontroller: codes, tokens and registers over one SPI device, and two pins.
//
//   spi --> spi_bridge --> registers --> enable, band_mask, token_shifts
//               |   ^                          |
//         codes v   | tokens                   v
//               tokenizer <--------------------+
//
// ready: a whole frame may be sent. irq: a packet waits. spi_bridge.v defines the bytes, docs/reference/
// tokenizer-registers.md the registers. While `enable` is 0, the core and the FIFO of codes are held in reset.
//
// spi_miso_enable follows CS at once, for a bus that other devices share.

`default_nettype none

module tokenizer_spi #(
    parameter COUNT_BITS  = 16,     // of each counter
    parameter FRAME_BITS  = 3,      // the FIFO has 2^FRAME_BITS frames
    parameter PATCH_BANKS = 2,      // as in the tokenizer
    parameter PATCH_RAM   = "auto"  // as in the tokenizer
) (
    input  wire clk,
    input  wire rst,

    input  wire spi_sclk,
    input  wire spi_cs_n,
    input  wire spi_mosi,
    output wire spi_miso,
    output wire spi_miso_enable,

    output wire ready,
    output wire irq
);

    `include "design.vh"

    generate
        if (CODE_BITS != 24 || TOKEN_BITS != 16) begin : g_check_bits
            error_tokenizer_spi_CODE_BITS_must_be_24_and_TOKEN_BITS_16 stop ();
        end
    endgenerate

    // ---- Registers

    wire                  psel, penable, pwrite, pready;
    wire [7:0]            paddr;
    wire [31:0]           pwdata, prdata;
    wire                  enable;
    wire [15:0]           band_mask;
    wire [79:0]           token_shifts;
    wire [COUNT_BITS-1:0] saturated_inputs, saturated_bands, saturated_tokens, dropped_frames, lost_frames;

    reg core_rst_reg;

    always @(posedge clk) begin
        core_rst_reg <= rst || !enable;
    end

    // verilator lint_off UNUSEDSIGNAL
    wire         pslverr;       // never raised
    wire         probe_valid;
    wire [2:0]   probe_kind;
    wire [3:0]   probe_channel, probe_band;
    wire [STATE_BITS-1:0] probe_data;
    wire [255:0] design_hash;   // unused: the registers take the constant
    // verilator lint_on UNUSEDSIGNAL

    registers #(
        .CHANNELS(CHANNELS), .BANDS(BANDS), .PATCH(PATCH), .COUNT_BITS(COUNT_BITS), .TOKEN_SHIFTS(TOKEN_SHIFTS),
        .DESIGN_HASH(DESIGN_HASH)
    ) control (
        .clk(clk), .rst(rst),
        .s_apb_psel(psel), .s_apb_penable(penable), .s_apb_pwrite(pwrite), .s_apb_paddr(paddr), .s_apb_pwdata(pwdata),
        .s_apb_pready(pready), .s_apb_prdata(prdata), .s_apb_pslverr(pslverr),
        .enable(enable), .band_mask(band_mask), .token_shifts(token_shifts),
        .saturated_inputs(saturated_inputs), .saturated_bands(saturated_bands), .saturated_tokens(saturated_tokens),
        .dropped_frames(dropped_frames), .lost_frames(lost_frames)
    );

    // ---- Streams

    wire        codes_tvalid, codes_tready, codes_tlast, tokens_tvalid, tokens_tready, tokens_tlast, frame_lost;
    wire [23:0] codes_tdata;
    wire [15:0] tokens_tdata;
    wire [7:0]  tokens_tuser;

    assign spi_miso_enable = !spi_cs_n;

    spi_bridge #(.CHANNELS(CHANNELS), .FRAME_BITS(FRAME_BITS)) bridge (
        .clk(clk), .rst(rst),
        .spi_sclk(spi_sclk), .spi_cs_n(spi_cs_n), .spi_mosi(spi_mosi), .spi_miso(spi_miso),
        .ready(ready), .irq(irq),
        .m_apb_psel(psel), .m_apb_penable(penable), .m_apb_pwrite(pwrite), .m_apb_paddr(paddr), .m_apb_pwdata(pwdata),
        .m_apb_pready(pready), .m_apb_prdata(prdata),
        .core_rst(core_rst_reg), .frame_lost(frame_lost),
        .m_axis_tvalid(codes_tvalid), .m_axis_tready(codes_tready),
        .m_axis_tdata(codes_tdata), .m_axis_tlast(codes_tlast),
        .s_axis_tvalid(tokens_tvalid), .s_axis_tready(tokens_tready),
        .s_axis_tdata(tokens_tdata), .s_axis_tlast(tokens_tlast), .s_axis_tuser(tokens_tuser)
    );

    tokenizer #(.COUNT_W(COUNT_BITS), .PATCH_BANKS(PATCH_BANKS), .PATCH_RAM(PATCH_RAM)) core (
        .clk(clk), .rst(core_rst_reg),
        .s_axis_tvalid(codes_tvalid), .s_axis_tready(codes_tready),
        .s_axis_tdata(codes_tdata), .s_axis_tlast(codes_tlast),
        .band_mask(band_mask), .token_shifts(token_shifts),
        .m_axis_tvalid(tokens_tvalid), .m_axis_tready(tokens_tready),
        .m_axis_tdata(tokens_tdata), .m_axis_tlast(tokens_tlast), .m_axis_tuser(tokens_tuser),
        .probe_valid(probe_valid), .probe_kind(probe_kind), .probe_channel(probe_channel), .probe_band(probe_band),
        .probe_data(probe_data),
        .saturated_inputs(saturated_inputs), .saturated_bands(saturated_bands), .saturated_tokens(saturated_tokens),
        .dropped_frames(dropped_frames), .design_hash(design_hash)
    );

    event_counter #(.COUNT_BITS(COUNT_BITS)) count_lost (
        .clk(clk), .rst(core_rst_reg), .event_valid(frame_lost), .count(lost_frames)
    );

endmodule

`default_nettype wire
