// The control of the program's rows before the product, in the fields that design.vh defines. Latency: one cycle.

`default_nettype none

module control_rom #(
    parameter ROW_BITS = 9
) (
    input  wire                clk,
    input  wire [ROW_BITS-1:0] row,
    output wire [15:0]         control
);

    `include "design.vh"

    reg [15:0] control_reg;

    assign control = control_reg;

    always @(posedge clk) begin
        control_reg <= design_control({{10-ROW_BITS{1'b0}}, row});
    end

endmodule

`default_nettype wire
