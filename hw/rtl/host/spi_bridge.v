// The commands and answers of SPI: a microcontroller reaches registers, converter codes and packets of tokens.
//
//   spi --> spi_device --> commands --+--> m_apb                  registers
//                                     +--> frame_fifo --> m_axis  codes
//                                     +--> s_axis                 packets
//
// A transaction lasts while CS is low: a command, then any number of bytes. All numbers have their most significant byte
// first. Every output byte that is not part of an answer, such as the first of a transaction, is the status.
//
//   command        the host sends                        it receives, from the byte after the command
//   00 STATUS      anything                              status
//   01 READ        address, then anything                status, words of 4 bytes, from ascending addresses
//   02 WRITE       address, words of 4 bytes             status
//   03 SAMPLES     codes of 3 bytes, channel by channel  status
//   04 TOKENS      anything                              header, tuser, words of 2 bytes, status
//   any other      anything                              status
//
//   status   7:4 1010, which a dead line or a missing device does not send   3 enabled   2 frames were lost since then
//            1 ready: a whole frame may be sent                              0 a packet waits
//   header   7 a packet follows   6 it is the rest of a packet that was read in part   5:0 0
//
// Short transactions: a register is written when its fourth byte has arrived. A frame is accepted when its last code has
// arrived; otherwise it is lost, and counted. A word of a packet is removed when its last bit is read; otherwise it is sent
// again, with the rest of its packet. One packet is read in a transaction; the status follows it.
//
// ready, irq: the status bits 1 and 0 as pins. A packet is a patch: the size register gives its length.
//
// s_axis must have the next word of a packet within 3 cycles of the last, as the tokenizer does: SPI cannot wait.
//
// Latency: none at the level of bytes; an answer is ready 3 cycles after the byte that requests it.

`default_nettype none

module spi_bridge #(
    parameter CHANNELS   = 4,
    parameter FRAME_BITS = 3    // the FIFO has 2^FRAME_BITS frames
) (
    input  wire        clk,
    input  wire        rst,

    input  wire        spi_sclk,
    input  wire        spi_cs_n,
    input  wire        spi_mosi,
    output wire        spi_miso,
    output wire        ready,
    output wire        irq,

    output wire        m_apb_psel,
    output wire        m_apb_penable,
    output wire        m_apb_pwrite,
    output wire [7:0]  m_apb_paddr,
    output wire [31:0] m_apb_pwdata,
    input  wire        m_apb_pready,
    input  wire [31:0] m_apb_prdata,

    input  wire        core_rst,        // both streams are stopped and empty
    output wire        frame_lost,

    output wire        m_axis_tvalid,
    input  wire        m_axis_tready,
    output wire [23:0] m_axis_tdata,
    output wire        m_axis_tlast,

    input  wire        s_axis_tvalid,
    output wire        s_axis_tready,
    input  wire [15:0] s_axis_tdata,
    input  wire        s_axis_tlast,
    input  wire [7:0]  s_axis_tuser
);

    localparam [7:0] COMMAND_READ = 8'h01, COMMAND_WRITE = 8'h02, COMMAND_SAMPLES = 8'h03, COMMAND_TOKENS = 8'h04;

    localparam [3:0] STATE_COMMAND = 4'd0, STATE_IGNORE = 4'd1, STATE_READ_ADDRESS = 4'd2, STATE_READ = 4'd3,
                     STATE_WRITE_ADDRESS = 4'd4, STATE_WRITE = 4'd5, STATE_SAMPLES = 4'd6,
                     STATE_HEADER = 4'd7, STATE_TUSER = 4'd8, STATE_HIGH = 4'd9, STATE_LOW = 4'd10;

    reg [3:0]  state_reg, state_next;
    reg [1:0]  index_reg, index_next;           // of a byte in its word or its code
    reg [5:0]  address_reg, address_next;       // of a word
    reg [31:0] word_reg, word_next;
    reg        psel_reg, psel_next;
    reg        penable_reg, penable_next;
    reg        pwrite_reg, pwrite_next;
    reg        waiting_reg, waiting_next;       // its value at the command
    reg        continued_reg, continued_next;   // a part of the packet has been read
    reg        lost_reg, irq_reg;

    // ---- Bytes

    wire       selected, byte_valid;
    wire [7:0] byte_in;
    reg  [7:0] byte_out;

    spi_device device (
        .clk(clk), .rst(rst),
        .spi_sclk(spi_sclk), .spi_cs_n(spi_cs_n), .spi_mosi(spi_mosi), .spi_miso(spi_miso),
        .selected(selected), .byte_valid(byte_valid), .byte_in(byte_in), .byte_out(byte_out)
    );

    // ---- Codes

    wire fifo_ready;
    wire code_valid = byte_valid && state_reg == STATE_SAMPLES && index_reg == 2'd2;

    frame_fifo #(.CHANNELS(CHANNELS), .CODE_BITS(24), .FRAME_BITS(FRAME_BITS)) frames (
        .clk(clk), .rst(core_rst),
        .code_valid(code_valid), .code({word_reg[15:0], byte_in}),
        .stop(state_reg == STATE_SAMPLES && !selected), .partial(index_reg != 2'd0),
        .ready(fifo_ready), .lost(frame_lost),
        .m_axis_tvalid(m_axis_tvalid), .m_axis_tready(m_axis_tready),
        .m_axis_tdata(m_axis_tdata), .m_axis_tlast(m_axis_tlast)
    );

    // ---- Commands

    wire       waiting = s_axis_tvalid || continued_reg;
    wire [7:0] status  = {4'b1010, !core_rst, lost_reg, ready, irq};

    assign ready         = fifo_ready && !core_rst;
    assign irq           = irq_reg;
    assign m_apb_psel    = psel_reg;
    assign m_apb_penable = penable_reg;
    assign m_apb_pwrite  = pwrite_reg;
    assign m_apb_paddr   = {address_reg, 2'b00};
    assign m_apb_pwdata  = word_reg;
    assign s_axis_tready = byte_valid && state_reg == STATE_LOW;

    always @* begin
        state_next     = state_reg;
        index_next     = index_reg;
        address_next   = address_reg;
        word_next      = word_reg;
        psel_next      = psel_reg;
        penable_next   = psel_reg;
        pwrite_next    = pwrite_reg;
        waiting_next   = waiting_reg;
        continued_next = continued_reg;
        byte_out       = status;

        if (penable_reg && m_apb_pready) begin
            psel_next    = 1'b0;
            penable_next = 1'b0;
            address_next = address_reg + 1'b1;
            if (!pwrite_reg) begin
                word_next = m_apb_prdata;
            end
        end

        if (byte_valid) begin
            word_next  = {word_reg[23:0], byte_in};
            index_next = index_reg + 1'b1;
        end

        case (state_reg)
            STATE_COMMAND: begin
                if (byte_valid) begin
                    index_next   = 2'd0;
                    waiting_next = waiting;
                    case (byte_in)
                        COMMAND_READ:    state_next = STATE_READ_ADDRESS;
                        COMMAND_WRITE:   state_next = STATE_WRITE_ADDRESS;
                        COMMAND_SAMPLES: state_next = STATE_SAMPLES;
                        COMMAND_TOKENS:  state_next = STATE_HEADER;
                        default:         state_next = STATE_IGNORE;
                    endcase
                end
            end
            STATE_READ_ADDRESS, STATE_WRITE_ADDRESS: begin
                pwrite_next = state_reg == STATE_WRITE_ADDRESS;
                if (byte_valid) begin
                    index_next   = 2'd0;
                    address_next = byte_in[7:2];
                    psel_next    = state_reg == STATE_READ_ADDRESS;
                    state_next   = state_reg == STATE_READ_ADDRESS ? STATE_READ : STATE_WRITE;
                end
            end
            STATE_READ, STATE_WRITE: begin
                if (state_reg == STATE_READ) begin
                    byte_out = word_reg[31:24];
                end
                if (byte_valid && index_reg == 2'd3) begin
                    psel_next = 1'b1;
                end
            end
            STATE_SAMPLES: begin
                if (code_valid) begin
                    index_next = 2'd0;
                end
            end
            STATE_HEADER: begin
                byte_out = {waiting_reg, continued_reg, 6'd0};
                if (byte_valid) begin
                    state_next = waiting_reg ? STATE_TUSER : STATE_IGNORE;
                end
            end
            STATE_TUSER: begin
                byte_out = s_axis_tuser;
                if (byte_valid) begin
                    state_next = STATE_HIGH;
                end
            end
            STATE_HIGH: begin
                byte_out = s_axis_tdata[15:8];
                if (byte_valid) begin
                    state_next = STATE_LOW;
                end
            end
            STATE_LOW: begin
                byte_out = s_axis_tdata[7:0];
                if (byte_valid) begin
                    continued_next = !s_axis_tlast;
                    state_next     = s_axis_tlast ? STATE_IGNORE : STATE_HIGH;
                end
            end
            default: ;
        endcase

        if (!selected) begin
            state_next = STATE_COMMAND;
        end
    end

    always @(posedge clk) begin
        state_reg     <= state_next;
        index_reg     <= index_next;
        address_reg   <= address_next;
        word_reg      <= word_next;
        psel_reg      <= psel_next;
        penable_reg   <= penable_next;
        pwrite_reg    <= pwrite_next;
        waiting_reg   <= waiting_next;
        continued_reg <= continued_next;
        irq_reg       <= waiting;
        lost_reg      <= lost_reg || frame_lost;
        if (core_rst) begin
            continued_reg <= 1'b0;
            irq_reg       <= 1'b0;
            lost_reg      <= 1'b0;
        end
        if (rst) begin
            state_reg   <= STATE_COMMAND;
            psel_reg    <= 1'b0;
            penable_reg <= 1'b0;
        end
    end

endmodule

`default_nettype wire
