// The tokenizer's registers. Generated from spec/registers.rdl; change that, then run: earloop spec generate
//
// Meant to be included inside a module.

localparam [7:0] ID_ADDRESS = 8'h00;
localparam [31:0] ID_MAGIC_RESET = 32'h4541524c;
localparam [7:0] SIZE_ADDRESS = 8'h04;
localparam [7:0] CONTROL_ADDRESS = 8'h08;
localparam [0:0] CONTROL_ENABLE_RESET = 1'h1;
localparam [7:0] BAND_MASK_ADDRESS = 8'h0c;
localparam [15:0] BAND_MASK_BANDS_RESET = 16'hffff;
localparam [7:0] SATURATED_INPUTS_ADDRESS = 8'h10;
localparam [7:0] SATURATED_BANDS_ADDRESS = 8'h14;
localparam [7:0] SATURATED_TOKENS_ADDRESS = 8'h18;
localparam [7:0] DROPPED_FRAMES_ADDRESS = 8'h1c;
localparam [7:0] LOST_FRAMES_ADDRESS = 8'h20;
localparam [7:0] DESIGN_HASH_ADDRESS = 8'h40;   // the first of 8
localparam [7:0] TOKEN_SHIFT_ADDRESS = 8'h80;   // the first of 16
