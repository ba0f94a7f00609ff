// The coefficients of every section, one word each, in the order that design.vh gives. Latency: one cycle; holds while
// `enable` is low.

`default_nettype none

module section_rom #(
    parameter DATA_BITS = 68
) (
    input  wire                 clk,
    input  wire                 enable,
    input  wire [5:0]           index,
    output wire [DATA_BITS-1:0] section
);

    `include "design.vh"

    reg [SECTION_BITS-1:0] section_reg;

    assign section = section_reg;

    always @(posedge clk) begin
        if (enable) begin
            section_reg <= design_section(index);
        end
    end

endmodule

`default_nettype wire
