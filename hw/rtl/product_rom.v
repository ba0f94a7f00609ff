// The products of the program's rows, in the fields that design.vh defines. Latency: one cycle.

`default_nettype none

module product_rom #(
    parameter ROW_BITS  = 9,
    parameter DATA_BITS = 38
) (
    input  wire                 clk,
    input  wire [ROW_BITS-1:0]  row,
    output wire [DATA_BITS-1:0] product
);

    `include "design.vh"

    reg [DATA_BITS-1:0] product_reg;

    assign product = product_reg;

    always @(posedge clk) begin
        product_reg <= design_product({{10-ROW_BITS{1'b0}}, row});
    end

endmodule

`default_nettype wire
