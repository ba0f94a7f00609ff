// The tokenizer with eight pins, so that it fits any package: all wide ports are transferred bit by bit.
//
//   in_bit --> register of IN_BITS --> s_axis, band_mask, token_shifts --> tokenizer
//   out_bit <-- register of OUT_BITS <-- m_axis, counters <-------------------+
//
// Input: while `in_shift` is high, one bit per clock is shifted in, the highest first, in the order {token_shifts,
// band_mask, tlast, tdata}; then `in_valid` offers the beat until `in_ready`.
// Output: a clock with `out_take` samples {tdata, tuser, tlast, tvalid, dropped_frames, saturated_tokens, saturated_bands,
// saturated_inputs}, and accepts a beat of m_axis if one is valid; in each clock without it one bit is shifted out, the
// lowest first.

`default_nettype none

module serial_shell (
    input  wire clk,
    input  wire rst,
    input  wire in_shift,
    input  wire in_bit,
    input  wire in_valid,
    output wire in_ready,
    input  wire out_take,
    output wire out_bit
);

    localparam IN_BITS  = 80 + 16 + 1 + 24;
    localparam OUT_BITS = 16 + 8 + 1 + 1 + 4 * 32;

    reg [IN_BITS-1:0]  in_reg;
    reg [OUT_BITS-1:0] out_reg;

    wire [OUT_BITS-1:0] out;

    assign out_bit = out_reg[0];

    tokenizer core (
        .clk(clk), .rst(rst),
        .s_axis_tvalid(in_valid), .s_axis_tready(in_ready), .s_axis_tdata(in_reg[23:0]), .s_axis_tlast(in_reg[24]),
        .band_mask(in_reg[40:25]), .token_shifts(in_reg[120:41]),
        .m_axis_tvalid(out[128]), .m_axis_tready(out_take), .m_axis_tdata(out[153:138]), .m_axis_tlast(out[129]),
        .m_axis_tuser(out[137:130]),
        .probe_valid(), .probe_kind(), .probe_channel(), .probe_band(), .probe_data(),
        .saturated_inputs(out[31:0]), .saturated_bands(out[63:32]), .saturated_tokens(out[95:64]),
        .dropped_frames(out[127:96]), .design_hash()
    );

    always @(posedge clk) begin
        if (in_shift) begin
            in_reg <= {in_reg[IN_BITS-2:0], in_bit};
        end
        out_reg <= out_take ? out : out_reg >> 1;
    end

endmodule

`default_nettype wire
