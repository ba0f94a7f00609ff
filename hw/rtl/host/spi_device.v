// An SPI device, mode 0, most significant bit first: bytes in and out, in the core's clock.
//
//   spi_sclk --> two flip-flops --> edges --+
//   spi_cs_n --> two flip-flops ------------+--> bits --> shift register <--> byte_in, byte_out
//   spi_mosi --> two flip-flops ------------+                  |
//                                                              +--> spi_miso
//
// All pins are sampled by `clk`, so that SCLK must be slow: each phase is at least 4 cycles, and its rate at most an
// eighth of the clock's. CS falls at least 4 cycles before SCLK's first rise, stays low until 4 cycles after its last fall,
// and is high for at least 4 cycles between transactions.
//
// byte_in is valid in the one cycle of byte_valid, 2 to 3 cycles after the rise of SCLK that ends a byte. The value of
// byte_out 3 cycles after byte_valid is the next byte to send; the first byte of a transaction is sampled as CS falls.
//
// Latency: a bit is output 3 to 4 cycles after the fall of SCLK.

`default_nettype none

module spi_device (
    input  wire       clk,
    input  wire       rst,

    input  wire       spi_sclk,
    input  wire       spi_cs_n,
    input  wire       spi_mosi,
    output wire       spi_miso,

    output wire       selected,
    output wire       byte_valid,
    output wire [7:0] byte_in,
    input  wire [7:0] byte_out
);

    reg [2:0] sclk_reg;             // the newest in the lowest bit
    reg [1:0] cs_n_reg, mosi_reg;
    reg [2:0] bit_reg;
    reg [7:0] shift_reg;
    reg       miso_reg;

    wire rise = sclk_reg[2:1] == 2'b01;
    wire fall = sclk_reg[2:1] == 2'b10;

    assign spi_miso   = miso_reg;
    assign selected   = !cs_n_reg[1];
    assign byte_in    = {shift_reg[6:0], mosi_reg[1]};
    assign byte_valid = selected && rise && bit_reg == 3'd7;

    always @(posedge clk) begin
        sclk_reg <= {sclk_reg[1:0], spi_sclk};
        cs_n_reg <= {cs_n_reg[0], spi_cs_n};
        mosi_reg <= {mosi_reg[0], spi_mosi};

        if (rise) begin
            shift_reg <= byte_in;
            bit_reg   <= bit_reg + 1'b1;
        end
        if (fall) begin
            miso_reg <= shift_reg[7];
        end
        if (!selected || fall && bit_reg == 3'd0) begin
            {miso_reg, shift_reg} <= {byte_out[7], byte_out};
        end
        if (!selected) begin
            bit_reg <= 3'd0;
        end
        if (rst) begin
            sclk_reg <= 3'b000;
            cs_n_reg <= 2'b11;
        end
    end

endmodule

`default_nettype wire
