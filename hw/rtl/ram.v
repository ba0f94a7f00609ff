// A memory with one write port and one read port, registered: the form that synthesis maps to block RAM.
//
// Latency: read_data follows read_address by one cycle. A read of the address that is being written returns an undefined
// word, which no module here uses. A reset does not change the contents.

`default_nettype none

module ram #(
    parameter WIDTH        = 8,
    parameter DEPTH        = 256,
    parameter ADDRESS_BITS = 8
) (
    input  wire                    clk,
    input  wire                    write_enable,
    input  wire [ADDRESS_BITS-1:0] write_address,
    input  wire [WIDTH-1:0]        write_data,
    input  wire [ADDRESS_BITS-1:0] read_address,
    output wire [WIDTH-1:0]        read_data
);

    generate
        if (DEPTH > (1 << ADDRESS_BITS)) begin : g_check_depth
            error_ram_ADDRESS_BITS_must_reach_DEPTH stop ();
        end
    endgenerate

    (* no_rw_check *)
    reg [WIDTH-1:0] memory [0:DEPTH-1];
    reg [WIDTH-1:0] read_data_reg;

    assign read_data = read_data_reg;

    always @(posedge clk) begin
        if (write_enable) begin
            memory[write_address] <= write_data;
        end
        read_data_reg <= memory[read_address];
    end

endmodule

`default_nettype wire
