// The operand of the multiplier: sums and differences of words from the state memory, in parts, or the sum of two codes.
//
//   word y ----> + or - or load --> value --+--> low SPLIT bits ------+
//                                           +--> the bits above ------+--> a
//        e ----> + or - or load --> errors ---------------------------+
//   codes ------------------------------------------------------------+
//
//   cycle   0  word, take, own, add, negative       2  a
//           1  value and errors; select, codes
//
// With the high part selected, `a` has the high part of the value one cycle earlier, so that the next value may arrive
// while this one is multiplied.

`default_nettype none

module operand #(
    parameter STATE_BITS = 32,
    parameter ERROR_BITS = 16,
    parameter CODE_BITS  = 24,
    parameter SPLIT      = 18,
    parameter A_BITS     = 25
) (
    input  wire                             clk,

    input  wire [STATE_BITS+ERROR_BITS-1:0] word,
    input  wire                             take,
    input  wire                             own,        // use the errors too
    input  wire                             add,        // add to the current value; else load
    input  wire                             negative,

    input  wire [1:0]                       select,
    input  wire signed [CODE_BITS:0]        codes,
    output wire signed [A_BITS-1:0]         a
);

    localparam [1:0] SELECT_CODES = 2'd0, SELECT_LOW = 2'd1, SELECT_HIGH = 2'd2;

    localparam VALUE_BITS = STATE_BITS + 2;     // x - 2 x1 + x2 is the largest
    localparam SUM_BITS   = ERROR_BITS + 3;     // 2 e1 + e2, with sign
    localparam HIGH_BITS  = VALUE_BITS - SPLIT;

    generate
        if (SPLIT < 1 || SPLIT >= VALUE_BITS) begin : g_check_split
            error_operand_SPLIT_must_leave_both_parts_a_bit stop ();
        end
        if (A_BITS < SPLIT + 1 || A_BITS < HIGH_BITS || A_BITS < SUM_BITS || A_BITS < CODE_BITS + 1) begin : g_check_a
            error_operand_A_BITS_must_hold_every_operand stop ();
        end
    endgenerate

    reg signed [VALUE_BITS-1:0] value_reg;
    reg signed [SUM_BITS-1:0]   errors_reg;
    reg signed [HIGH_BITS-1:0]  high_reg;
    reg signed [A_BITS-1:0]     a_reg, a_next;

    wire [STATE_BITS-1:0] y = word[ERROR_BITS +: STATE_BITS];
    wire [ERROR_BITS-1:0] e = word[0 +: ERROR_BITS];

    wire [VALUE_BITS-1:0] y_signed = {{2{y[STATE_BITS-1]}}, y} ^ {VALUE_BITS{negative}};
    wire [SUM_BITS-1:0]   e_signed = {3'b000, e} ^ {SUM_BITS{negative}};

    wire [SPLIT-1:0] low = value_reg[SPLIT-1:0];

    assign a = a_reg;

    // verilator lint_off WIDTHEXPAND
    // Values narrower than `a` are sign-extended.
    always @* begin
        case (select)
            SELECT_CODES: a_next = codes;
            SELECT_LOW:   a_next = $signed({1'b0, low});
            SELECT_HIGH:  a_next = high_reg;
            default:      a_next = errors_reg;
        endcase
    end
    // verilator lint_on WIDTHEXPAND

    always @(posedge clk) begin
        if (take) begin
            value_reg <= add ? value_reg + y_signed + {{VALUE_BITS-1{1'b0}}, negative} : y_signed;
        end
        if (take && own) begin
            errors_reg <= add ? errors_reg + e_signed + {{SUM_BITS-1{1'b0}}, negative} : e_signed;
        end
        high_reg <= value_reg[VALUE_BITS-1:SPLIT];
        a_reg    <= a_next;
    end

endmodule

`default_nettype wire
