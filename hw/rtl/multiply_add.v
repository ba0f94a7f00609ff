// product = a * b + c, in the form that synthesis maps to four of the UP5K's multipliers and very little logic.
//
//   a = a1 2^15 + a0          low  = a0 b0 + c
//   b = b1 2^15 + b0          mid  = a1 b0 + low / 2^15
//                             ---- register
//                             sum  = a0 b1 + mid
//                             high = a1 b1 + sum / 2^15
//                             ---- register                     product = {high, sum mod 2^15, low mod 2^15}
//
// Each line is one multiplier of 16 bits with its adder of 32 bits; the registers are those of the multipliers, except the
// registers of the remainders. Operands wider than 31 bits, which only a design with very low bands or with few bits of
// error feedback needs, are left to synthesis without a division.
//
// Latency: 2 cycles.

`default_nettype none

module multiply_add #(
    parameter A_BITS = 25,
    parameter B_BITS = 31,
    parameter C_BITS = 17
) (
    input  wire                            clk,
    input  wire signed [A_BITS-1:0]        a,
    input  wire signed [B_BITS-1:0]        b,
    input  wire signed [C_BITS-1:0]        c,
    output wire signed [A_BITS+B_BITS-1:0] product
);

    generate
        if (C_BITS > 30 || A_BITS + B_BITS < 32) begin : g_check_bits
            error_multiply_add_C_BITS_must_be_at_most_30_and_A_BITS_and_B_BITS_together_32 stop ();
        end

        if (A_BITS <= 31 && B_BITS <= 31) begin : g_parts
            localparam MID_BITS = A_BITS < 18 ? 19 : A_BITS + 1;

            wire signed [30:0] wide_a = {{31-A_BITS{a[A_BITS-1]}}, a};
            wire signed [30:0] wide_b = {{31-B_BITS{b[B_BITS-1]}}, b};

            wire signed [15:0] a0 = {1'b0, wide_a[14:0]};
            wire signed [15:0] b0 = {1'b0, wide_b[14:0]};
            wire signed [15:0] a1 = wide_a[30:15];
            wire signed [15:0] b1 = wide_b[30:15];

            wire signed [31:0] wide_c = {{32-C_BITS{c[C_BITS-1]}}, c};

            reg signed [15:0] a0_reg, a1_reg, b1_reg;
            reg signed [31:0] high_reg;

            // No wider than its value, and marked `keep`: Yosys 0.70 moves a register between two multipliers into both of
            // them, so that the second has no operand, and the copies of its sign are lost.
            (* keep *)
            reg signed [MID_BITS-1:0] mid_reg;
            wire signed [31:0]        mid_held = {{32-MID_BITS{mid_reg[MID_BITS-1]}}, mid_reg};
            reg [14:0]        low_reg, low_held_reg, sum_reg;

            wire signed [31:0] low  = a0 * b0 + wide_c;
            // verilator lint_off UNUSEDSIGNAL
            wire signed [31:0] mid  = a1 * b0 + (low >>> 15);
            // verilator lint_on UNUSEDSIGNAL
            wire signed [31:0] sum  = a0_reg * b1_reg + mid_held;
            wire signed [31:0] high = a1_reg * b1_reg + (sum >>> 15);

            // verilator lint_off UNUSEDSIGNAL
            // With operands of fewer than 31 bits the highest bits are copies of the sign.
            wire [61:0] all = {high_reg, sum_reg, low_held_reg};
            // verilator lint_on UNUSEDSIGNAL

            assign product = all[A_BITS+B_BITS-1:0];

            always @(posedge clk) begin
                a0_reg       <= a0;
                a1_reg       <= a1;
                b1_reg       <= b1;
                mid_reg      <= mid[MID_BITS-1:0];
                low_reg      <= low[14:0];
                high_reg     <= high;
                sum_reg      <= sum[14:0];
                low_held_reg <= low_reg;
            end
        end else begin : g_whole
            wire signed [A_BITS+B_BITS-1:0] widest_c = {{A_BITS+B_BITS-C_BITS{c[C_BITS-1]}}, c};
            reg signed [A_BITS+B_BITS-1:0]  product_reg, product_held_reg;

            assign product = product_held_reg;

            always @(posedge clk) begin
                product_reg      <= a * b + widest_c;
                product_held_reg <= product_reg;
            end
        end
    endgenerate

endmodule

`default_nettype wire
