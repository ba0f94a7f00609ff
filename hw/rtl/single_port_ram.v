// A memory with one port that reads or writes: the form that synthesis maps to the UP5K's large RAM, to block RAM elsewhere.
//
// Latency: read_data follows the address of a read by one cycle and holds while the memory is not enabled. After a write
// it is undefined: Lattice does not specify the output of the UP5K's large RAM then (FPGA-TN-02022), and in Yosys's model
// it is x. A reset does not change the contents.
//
// RAM_STYLE: "huge" requests the large RAM. Yosys does not use it otherwise, as it costs more than the block RAM saved.

`default_nettype none

module single_port_ram #(
    parameter WIDTH        = 16,
    parameter DEPTH        = 16384,
    parameter ADDRESS_BITS = 14,
    // verilator lint_off UNUSEDPARAM
    parameter RAM_STYLE    = "auto"     // a simulator ignores it
    // verilator lint_on UNUSEDPARAM
) (
    input  wire                    clk,
    input  wire                    enable,
    input  wire                    write,
    input  wire [ADDRESS_BITS-1:0] address,
    input  wire [WIDTH-1:0]        write_data,
    output wire [WIDTH-1:0]        read_data
);

    generate
        if (DEPTH > (1 << ADDRESS_BITS)) begin : g_check_depth
            error_single_port_ram_ADDRESS_BITS_must_reach_DEPTH stop ();
        end
    endgenerate

    (* ram_style = RAM_STYLE *) (* no_rw_check *)
    reg [WIDTH-1:0] memory [0:DEPTH-1];
    reg [WIDTH-1:0] read_data_reg;

    assign read_data = read_data_reg;

    always @(posedge clk) begin
        if (enable) begin
            if (write) begin
                memory[address] <= write_data;
            end
            read_data_reg <= write ? {WIDTH{1'bx}} : memory[address];
        end
    end

endmodule

`default_nettype wire
