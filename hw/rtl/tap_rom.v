// The decimator's taps, first half and middle. Latency: one cycle.

`default_nettype none

module tap_rom #(
    parameter DATA_BITS = 18
) (
    input  wire                 clk,
    input  wire [9:0]           index,
    output wire [DATA_BITS-1:0] tap
);

    `include "design.vh"

    reg [TAP_BITS-1:0] tap_reg;

    assign tap = tap_reg;

    always @(posedge clk) begin
        tap_reg <= design_tap(index);
    end

endmodule

`default_nettype wire
