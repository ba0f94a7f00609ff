// The one multiplier: products, each brought to the accumulator's binary point by its own shift, summed or subtracted.
//
//   a ---+
//        * --> (p << ALIGN_BIAS) >>> align --> + or - --> acc
//   b ---+                                       |         |
//                             first ? init ------+<--------+
//
//   cycle   0  valid, first, last, subtract, a, b, align are taken
//           1  operands stand in registers
//           2  product
//           3  aligned product; `init` is taken here where `first` was set
//           4  acc holds the sum up to this product; acc_valid where `last` was set
//
// Latency 4 cycles, one product a cycle.

`default_nettype none

module mac #(
    parameter A_BITS     = 34,
    parameter B_BITS     = 18,
    parameter ALIGN_BITS = 6,
    parameter ALIGN_BIAS = 8,
    parameter ACC_BITS   = 56
) (
    input  wire                       clk,
    input  wire                       rst,

    input  wire                       valid,
    input  wire                       first,
    input  wire                       last,
    input  wire                       subtract,
    input  wire signed [A_BITS-1:0]   a,
    input  wire signed [B_BITS-1:0]   b,
    input  wire [ALIGN_BITS-1:0]      align,
    input  wire signed [ACC_BITS-1:0] init,

    output wire                       acc_valid,
    output wire signed [ACC_BITS-1:0] acc
);

    localparam PRODUCT_BITS = A_BITS + B_BITS;
    localparam SHIFTED_BITS = PRODUCT_BITS + ALIGN_BIAS;
    localparam WIDE_BITS    = SHIFTED_BITS > ACC_BITS ? SHIFTED_BITS : ACC_BITS;

    generate
        if (ACC_BITS > 64) begin : g_check_acc
            error_mac_ACC_BITS_exceeds_the_64_of_the_golden_model stop ();
        end
    endgenerate

    // Control, one bit a stage.
    reg [2:0] valid_reg, first_reg, last_reg, subtract_reg;
    reg       acc_valid_reg;

    reg signed [A_BITS-1:0]       a_reg;
    reg signed [B_BITS-1:0]       b_reg;
    reg [ALIGN_BITS-1:0]          align_reg, product_align_reg;
    reg signed [PRODUCT_BITS-1:0] product_reg;
    reg signed [ACC_BITS-1:0]     aligned_reg;
    reg signed [ACC_BITS-1:0]     acc_reg;

    // Sign extension, then one arithmetic shift. ACC_BITS holds whatever comes of it: the bits above are copies of the sign.
    wire signed [WIDE_BITS-1:0] biased =
        {{WIDE_BITS-PRODUCT_BITS{product_reg[PRODUCT_BITS-1]}}, product_reg} <<< ALIGN_BIAS;
    // verilator lint_off UNUSEDSIGNAL
    wire signed [WIDE_BITS-1:0] aligned = biased >>> product_align_reg;
    // verilator lint_on UNUSEDSIGNAL

    wire signed [ACC_BITS-1:0] sum_so_far = first_reg[2] ? init : acc_reg;

    assign acc_valid = acc_valid_reg;
    assign acc       = acc_reg;

    always @(posedge clk) begin
        a_reg             <= a;
        b_reg             <= b;
        align_reg         <= align;
        product_reg       <= a_reg * b_reg;
        product_align_reg <= align_reg;
        aligned_reg       <= aligned[ACC_BITS-1:0];
        if (valid_reg[2]) begin
            acc_reg <= subtract_reg[2] ? sum_so_far - aligned_reg : sum_so_far + aligned_reg;
        end

        valid_reg     <= {valid_reg[1:0], valid};
        first_reg     <= {first_reg[1:0], first};
        last_reg      <= {last_reg[1:0], last};
        subtract_reg  <= {subtract_reg[1:0], subtract};
        acc_valid_reg <= valid_reg[2] && last_reg[2];

        if (rst) begin
            valid_reg     <= 3'b000;
            acc_valid_reg <= 1'b0;
        end
    end

endmodule

`default_nettype wire
