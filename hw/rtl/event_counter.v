// Counts the cycles in which `event_valid` is high, and stops at its largest value.

`default_nettype none

module event_counter #(
    parameter COUNT_BITS = 32
) (
    input  wire                  clk,
    input  wire                  rst,
    input  wire                  event_valid,
    output wire [COUNT_BITS-1:0] count
);

    reg [COUNT_BITS-1:0] count_reg;

    wire                  full;     // the adder's carry: cheaper than a comparison of all bits
    wire [COUNT_BITS-1:0] next;

    assign {full, next} = {1'b0, count_reg} + 1'b1;
    assign count        = count_reg;

    always @(posedge clk) begin
        if (event_valid && !full) begin
            count_reg <= next;
        end
        if (rst) begin
            count_reg <= {COUNT_BITS{1'b0}};
        end
    end

endmodule

`default_nettype wire
