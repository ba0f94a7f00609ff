// Band samples to tokens: shift right by the band's own count, halves up, and saturate.
//
//   data --> + half a step --> >>> shift --> saturate --> register --> token
//
// Latency: one cycle.

`default_nettype none

module quantizer #(
    parameter STATE_BITS = 32,
    parameter TOKEN_BITS = 16
) (
    input  wire                         clk,
    input  wire                         rst,

    input  wire                         band_valid,
    input  wire [3:0]                   band,
    input  wire signed [STATE_BITS-1:0] band_data,

    output wire                         token_valid,
    output wire [TOKEN_BITS-1:0]        token,
    output wire                         token_saturated
);

    wire [4:0] shift;

    token_shift_rom shifts (.band(band), .shift(shift));

    wire [STATE_BITS:0]        half    = ({{STATE_BITS{1'b0}}, 1'b1} << shift) >> 1;
    wire signed [STATE_BITS:0] rounded = $signed({band_data[STATE_BITS-1], band_data}) + $signed(half);
    wire signed [STATE_BITS:0] shifted = rounded >>> shift;

    wire [TOKEN_BITS-1:0] token_next;
    wire                  clipped;

    saturate #(.IN_BITS(STATE_BITS + 1), .OUT_BITS(TOKEN_BITS)) to_token (
        .in(shifted), .out(token_next), .clipped(clipped)
    );

    reg                  token_valid_reg, token_saturated_reg;
    reg [TOKEN_BITS-1:0] token_reg;

    assign token_valid     = token_valid_reg;
    assign token           = token_reg;
    assign token_saturated = token_saturated_reg;

    always @(posedge clk) begin
        token_reg           <= token_next;
        token_valid_reg     <= band_valid;
        token_saturated_reg <= band_valid && clipped;
        if (rst) begin
            token_valid_reg     <= 1'b0;
            token_saturated_reg <= 1'b0;
        end
    end

endmodule

`default_nettype wire
