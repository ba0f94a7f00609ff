// Narrows a signed number: a number that does not fit becomes the nearest one that does. Combinational.

`default_nettype none

module saturate #(
    parameter IN_BITS  = 33,
    parameter OUT_BITS = 32
) (
    input  wire signed [IN_BITS-1:0]  in,
    output wire signed [OUT_BITS-1:0] out,
    output wire                       clipped
);

    generate
        if (IN_BITS <= OUT_BITS) begin : g_check_bits
            error_saturate_IN_BITS_must_exceed_OUT_BITS stop ();
        end
    endgenerate

    // The number fits if all dropped bits equal the new sign.
    wire [IN_BITS-OUT_BITS:0] top = in[IN_BITS-1:OUT_BITS-1];

    assign clipped = !(&top || !(|top));
    assign out     = clipped ? {in[IN_BITS-1], {OUT_BITS-1{!in[IN_BITS-1]}}} : in[OUT_BITS-1:0];

endmodule

`default_nettype wire
