// The registers of the core, at an APB completer port (AMBA APB, IHI 0024): the map is spec/registers.rdl.
//
//   s_apb --> address --+--> write: control, band_mask, token_shift --> the core
//                       +--> read: those, and values of the core: size, hash, counters --> prdata
//
// Latency: no wait state; a write has effect from the cycle after its access phase. pslverr is never raised. Addresses
// are byte addresses, whose two lowest bits are ignored. There is one token shift for each band.

`default_nettype none

module registers #(
    parameter         CHANNELS     = 4,
    parameter         BANDS        = 12,
    parameter         PATCH        = 50,
    parameter         COUNT_BITS   = 32,
    parameter [79:0]  TOKEN_SHIFTS = 80'd0,     // after reset, five bits per band
    parameter [255:0] DESIGN_HASH  = 256'd0
) (
    input  wire                  clk,
    input  wire                  rst,

    input  wire                  s_apb_psel,
    input  wire                  s_apb_penable,
    input  wire                  s_apb_pwrite,
    // verilator lint_off UNUSEDSIGNAL
    input  wire [7:0]            s_apb_paddr,
    input  wire [31:0]           s_apb_pwdata,
    // verilator lint_on UNUSEDSIGNAL
    output wire                  s_apb_pready,
    output wire [31:0]           s_apb_prdata,
    output wire                  s_apb_pslverr,

    output wire                  enable,
    output wire [15:0]           band_mask,
    output wire [79:0]           token_shifts,

    input  wire [COUNT_BITS-1:0] saturated_inputs,
    input  wire [COUNT_BITS-1:0] saturated_bands,
    input  wire [COUNT_BITS-1:0] saturated_tokens,
    input  wire [COUNT_BITS-1:0] dropped_frames,
    input  wire [COUNT_BITS-1:0] lost_frames
);

    `include "registers.vh"

    generate
        if (COUNT_BITS > 32) begin : g_check_count
            error_registers_COUNT_BITS_must_be_at_most_32 stop ();
        end
        if (CHANNELS > 255 || BANDS > 16 || PATCH > 255) begin : g_check_size
            error_registers_CHANNELS_BANDS_and_PATCH_must_fit_the_size_register stop ();
        end
    endgenerate

    // The upper half and the second quarter contain only arrays of registers: one or two bits select them.
    wire       write        = s_apb_psel && s_apb_penable && s_apb_pwrite;
    wire       shift_chosen = s_apb_paddr[7:6] == TOKEN_SHIFT_ADDRESS[7:6];
    wire       hash_chosen  = s_apb_paddr[7:5] == DESIGN_HASH_ADDRESS[7:5];
    wire       rest_chosen  = s_apb_paddr[7:6] == ID_ADDRESS[7:6];
    wire [3:0] word         = s_apb_paddr[5:2];

    // ---- Registers for writing and reading

    reg        enable_reg;
    reg [15:0] band_mask_reg;

    assign s_apb_pready  = 1'b1;
    assign s_apb_pslverr = 1'b0;
    assign enable        = enable_reg;
    assign band_mask     = band_mask_reg;

    always @(posedge clk) begin
        if (write && rest_chosen && word == CONTROL_ADDRESS[5:2]) begin
            enable_reg <= s_apb_pwdata[0];
        end
        if (write && rest_chosen && word == BAND_MASK_ADDRESS[5:2]) begin
            band_mask_reg <= s_apb_pwdata[15:0];
        end
        if (rst) begin
            enable_reg    <= CONTROL_ENABLE_RESET;
            band_mask_reg <= BAND_MASK_BANDS_RESET;
        end
    end

    genvar b;
    generate
        for (b = 0; b < 16; b = b + 1) begin : g_band
            if (b < BANDS) begin : g_shift
                localparam [3:0] BAND = b;

                reg [4:0] shift_reg;

                assign token_shifts[5*b +: 5] = shift_reg;

                always @(posedge clk) begin
                    if (write && shift_chosen && word == BAND) begin
                        shift_reg <= s_apb_pwdata[4:0];
                    end
                    if (rst) begin
                        shift_reg <= TOKEN_SHIFTS[5*b +: 5];
                    end
                end
            end else begin : g_no_shift
                assign token_shifts[5*b +: 5] = 5'd0;
            end
        end
    endgenerate

    // ---- Reading

    reg  [31:0] read_data;
    wire [2:0]  hash_index = ~word[2:0];    // word 0 is the highest

    assign s_apb_prdata = read_data;

    always @* begin
        read_data = 32'd0;
        if (rest_chosen) begin
            case (word)
                ID_ADDRESS[5:2]:               read_data = ID_MAGIC_RESET;
                SIZE_ADDRESS[5:2]:             read_data = {8'd0, PATCH[7:0], BANDS[7:0], CHANNELS[7:0]};
                CONTROL_ADDRESS[5:2]:          read_data[0] = enable_reg;
                BAND_MASK_ADDRESS[5:2]:        read_data[15:0] = band_mask_reg;
                SATURATED_INPUTS_ADDRESS[5:2]: read_data[COUNT_BITS-1:0] = saturated_inputs;
                SATURATED_BANDS_ADDRESS[5:2]:  read_data[COUNT_BITS-1:0] = saturated_bands;
                SATURATED_TOKENS_ADDRESS[5:2]: read_data[COUNT_BITS-1:0] = saturated_tokens;
                DROPPED_FRAMES_ADDRESS[5:2]:   read_data[COUNT_BITS-1:0] = dropped_frames;
                LOST_FRAMES_ADDRESS[5:2]:      read_data[COUNT_BITS-1:0] = lost_frames;
                default: ;
            endcase
        end
        if (hash_chosen) begin
            read_data = DESIGN_HASH[32*hash_index +: 32];
        end
        if (shift_chosen) begin
            read_data[4:0] = token_shifts[5*word +: 5];
        end
    end

endmodule

`default_nettype wire
