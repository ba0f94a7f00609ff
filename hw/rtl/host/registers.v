// The registers of the core, behind an APB completer port (AMBA APB, IHI 0024): map in spec/registers.rdl.
//
//   s_apb --> address --+--> write: control, band_mask, token_shift
//                       +--> read:  those, and what the core says: size, hash, counters --> prdata
//
// Latency: no wait state; a write is in force from the cycle after its access phase. What no register holds reads 0, and
// writes there are lost; pslverr is never raised. Addresses are those of bytes, of which the two lowest bits are ignored.

`default_nettype none

module registers #(
    parameter        CHANNELS     = 4,
    parameter        BANDS        = 12,
    parameter        PATCH        = 50,
    parameter        COUNT_BITS   = 32,
    parameter [79:0] TOKEN_SHIFTS = 80'd0    // after reset, five bits a band
) (
    input  wire                  clk,
    input  wire                  rst,

    input  wire                  s_apb_psel,
    input  wire                  s_apb_penable,
    input  wire                  s_apb_pwrite,
    input  wire [7:0]            s_apb_paddr,
    input  wire [31:0]           s_apb_pwdata,
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
    input  wire [255:0]          design_hash
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

    reg        enable_reg;
    reg [15:0] band_mask_reg;
    reg [79:0] token_shifts_reg;

    wire       write = s_apb_psel && s_apb_penable && s_apb_pwrite;
    wire [7:0] word  = {s_apb_paddr[7:2], 2'b00};
    wire       shift = word[7:6] == TOKEN_SHIFT_ADDRESS[7:6];
    wire [3:0] band  = word[5:2];

    assign s_apb_pready  = 1'b1;
    assign s_apb_pslverr = 1'b0;
    assign enable        = enable_reg;
    assign band_mask     = band_mask_reg;
    assign token_shifts  = token_shifts_reg;

    // Word 0 of the hash is its highest.
    wire [2:0]  hash_index = ~word[4:2];
    reg  [31:0] read_data;

    assign s_apb_prdata = read_data;

    always @* begin
        case (word)
            ID_ADDRESS:               read_data = ID_MAGIC_RESET;
            SIZE_ADDRESS:             read_data = {8'd0, PATCH[7:0], BANDS[7:0], CHANNELS[7:0]};
            CONTROL_ADDRESS:          read_data = {31'd0, enable_reg};
            BAND_MASK_ADDRESS:        read_data = {16'd0, band_mask_reg};
            SATURATED_INPUTS_ADDRESS: read_data = saturated_inputs;
            SATURATED_BANDS_ADDRESS:  read_data = saturated_bands;
            SATURATED_TOKENS_ADDRESS: read_data = saturated_tokens;
            DROPPED_FRAMES_ADDRESS:   read_data = dropped_frames;
            default: begin
                read_data = 32'd0;
                if (shift) begin
                    read_data = {27'd0, token_shifts_reg[5*band +: 5]};
                end else if (word[7:5] == DESIGN_HASH_ADDRESS[7:5]) begin
                    read_data = design_hash[32*hash_index +: 32];
                end
            end
        endcase
    end

    always @(posedge clk) begin
        if (write && word == CONTROL_ADDRESS) begin
            enable_reg <= s_apb_pwdata[0];
        end
        if (write && word == BAND_MASK_ADDRESS) begin
            band_mask_reg <= s_apb_pwdata[15:0];
        end
        if (write && shift) begin
            token_shifts_reg[5*band +: 5] <= s_apb_pwdata[4:0];
        end
        if (rst) begin
            enable_reg       <= CONTROL_ENABLE_RESET;
            band_mask_reg    <= BAND_MASK_BANDS_RESET;
            token_shifts_reg <= TOKEN_SHIFTS;
        end
    end

endmodule

`default_nettype wire
