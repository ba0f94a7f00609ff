// The one multiplier, and the accumulator after it.
//
//   a ---+
//        * --> + --> product << (PLACE_BITS * place) --> low ? >>> SPLIT --> + --> acc
//   b ---+     c                                                             |      |
//                                                         first ? 0 ---------+<-----+
//
//   cycle   0  a, b, c, place, low, first          3  acc holds the sum up to this product
//           2  product
//
// One product per cycle; b and c of zero leave the sum as it is.

`default_nettype none

module mac #(
    parameter A_BITS     = 25,
    parameter B_BITS     = 31,
    parameter C_BITS     = 17,
    parameter SPLIT      = 18,
    parameter PLACE_BITS = 16,
    parameter PLACES     = 2,
    parameter ACC_BITS   = 55
) (
    input  wire                       clk,
    input  wire signed [A_BITS-1:0]   a,
    input  wire signed [B_BITS-1:0]   b,
    input  wire signed [C_BITS-1:0]   c,
    input  wire [1:0]                 place,
    input  wire                       low,
    input  wire                       first,
    output wire signed [ACC_BITS-1:0] acc
);

    localparam PRODUCT_BITS = A_BITS + B_BITS;
    localparam PLACED_BITS  = PRODUCT_BITS + PLACE_BITS * (PLACES - 1);
    localparam WIDE_BITS    = PLACED_BITS > ACC_BITS ? PLACED_BITS : ACC_BITS;

    generate
        if (ACC_BITS > 64) begin : g_check_acc
            error_mac_ACC_BITS_exceeds_the_64_of_the_golden_model stop ();
        end
        if (PLACES < 1 || PLACES > 4) begin : g_check_places
            error_mac_PLACES_must_be_1_to_4 stop ();
        end
    endgenerate

    reg [1:0]                 place_reg, place_held_reg;
    reg                       low_reg, low_held_reg, first_reg, first_held_reg;
    reg signed [ACC_BITS-1:0] acc_reg;

    wire signed [PRODUCT_BITS-1:0] product;

    // The accumulator holds any complete sum: the bits above it are copies of the sign, or cancel within the sum.
    wire signed [WIDE_BITS-1:0] wide    = {{WIDE_BITS-PRODUCT_BITS{product[PRODUCT_BITS-1]}}, product};
    wire signed [WIDE_BITS-1:0] placed  = wide <<< (PLACE_BITS * place_held_reg);
    // verilator lint_off UNUSEDSIGNAL
    wire signed [WIDE_BITS-1:0] aligned = low_held_reg ? placed >>> SPLIT : placed;
    // verilator lint_on UNUSEDSIGNAL

    assign acc = acc_reg;

    multiply_add #(.A_BITS(A_BITS), .B_BITS(B_BITS), .C_BITS(C_BITS)) multiplier (
        .clk(clk), .a(a), .b(b), .c(c), .product(product)
    );

    always @(posedge clk) begin
        {place_held_reg, place_reg} <= {place_reg, place};
        {low_held_reg, low_reg}     <= {low_reg, low};
        {first_held_reg, first_reg} <= {first_reg, first};
        acc_reg <= first_held_reg ? aligned[ACC_BITS-1:0] : acc_reg + aligned[ACC_BITS-1:0];
    end

endmodule

`default_nettype wire
