// How far a band's samples are shifted right to make tokens. Combinational.

`default_nettype none

module token_shift_rom (
    input  wire [3:0] band,
    output wire [4:0] shift
);

    `include "design.vh"

    assign shift = design_token_shift(band);

endmodule

`default_nettype wire
