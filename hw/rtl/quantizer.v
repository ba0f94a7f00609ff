// Converts band samples to tokens: shifts right by the band's count, rounds halves up, and saturates.
//
//   data --> {data, 0} --> >>> 8, >>> 2 or >>> 1, repeatedly --> + the last bit shifted out --> saturate --> token
//
// The shift is done in steps, which needs the area of a selector instead of a shifter's. A new sample may arrive 8 cycles
// after the last.
//
// Latency: 1 cycle, and one for each step: a shift of 8 A + 2 B + C, B < 4, C < 2, takes A + B + C steps, 7 at most.

`default_nettype none

module quantizer #(
    parameter STATE_BITS = 32,
    parameter TOKEN_BITS = 16
) (
    input  wire                         clk,
    input  wire                         rst,

    input  wire [79:0]                  token_shifts,   // five bits per band, the first band in the lowest

    input  wire                         band_valid,
    input  wire [3:0]                   band,
    input  wire signed [STATE_BITS-1:0] band_data,

    output wire                         busy,
    output wire                         token_valid,
    output wire [TOKEN_BITS-1:0]        token,
    output wire                         token_saturated
);

    generate
        if (STATE_BITS < TOKEN_BITS + 2) begin : g_check_bits
            error_quantizer_STATE_BITS_must_exceed_TOKEN_BITS_by_two stop ();
        end
    endgenerate

    localparam VALUE_BITS = STATE_BITS + 1;     // the lowest bit is the last bit shifted out

    reg                         busy_reg, busy_next;
    reg [4:0]                   left_reg, left_next;    // remaining shift
    reg signed [VALUE_BITS-1:0] value_reg, value_next;

    wire done = busy_reg && left_reg == 5'd0;

    always @* begin
        busy_next  = busy_reg && !done;
        left_next  = left_reg;
        value_next = value_reg;
        if (band_valid) begin
            busy_next  = 1'b1;
            left_next  = token_shifts[5 * band +: 5];
            value_next = {band_data, 1'b0};
        end else if (left_reg[4:3] != 2'd0) begin
            left_next[4:3] = left_reg[4:3] - 1'b1;
            value_next     = value_reg >>> 8;
        end else if (left_reg[2:1] != 2'd0) begin
            left_next[2:1] = left_reg[2:1] - 1'b1;
            value_next     = value_reg >>> 2;
        end else if (left_reg[0]) begin
            left_next[0] = 1'b0;
            value_next   = value_reg >>> 1;
        end
    end

    always @(posedge clk) begin
        busy_reg  <= busy_next;
        left_reg  <= left_next;
        value_reg <= value_next;
        if (rst) begin
            busy_reg <= 1'b0;
            left_reg <= 5'd0;
        end
    end

    // Rounding changes whether a sample fits only if the sample is within twice a token's range.
    localparam SUM_BITS = TOKEN_BITS + 2;

    wire [VALUE_BITS-TOKEN_BITS-2:0] top    = value_reg[VALUE_BITS-1:TOKEN_BITS+1];
    wire                             beyond = !(&top || !(|top));
    wire signed [SUM_BITS-1:0]       rounded =
        $signed({value_reg[TOKEN_BITS+1], value_reg[TOKEN_BITS+1:1]}) + $signed({{SUM_BITS-1{1'b0}}, value_reg[0]});

    wire [TOKEN_BITS-1:0] near;
    wire                  clipped;

    saturate #(.IN_BITS(SUM_BITS), .OUT_BITS(TOKEN_BITS)) to_token (.in(rounded), .out(near), .clipped(clipped));

    assign busy            = busy_reg;
    assign token_valid     = done;
    assign token           = beyond ? {value_reg[VALUE_BITS-1], {TOKEN_BITS-1{!value_reg[VALUE_BITS-1]}}} : near;
    assign token_saturated = done && (beyond || clipped);

endmodule

`default_nettype wire
