// The constants of design "neurobuds-reference". Generated; change the design file, then run: earloop spec generate
//
// Meant to be included inside a module. Formats and arithmetic: spec/delta.py and spec/golden.py.

// verilator lint_off UNUSEDPARAM
// Each module that includes this takes what it needs.

localparam [255:0] DESIGN_HASH = 256'hd0c3ec34ce1da08f3ac53fdfa7ecd24408733f9a211b5d67f9459d408ece637c;

localparam CHANNELS         = 4;
localparam BANDS            = 12;
localparam PATCH            = 50;
localparam FACTOR           = 5;
localparam TAPS             = 251;
localparam HALF_TAPS        = 126;   // the filter is symmetric; the last of these stands in the middle
localparam TAP_BITS         = 18;
localparam CODE_BITS        = 24;
localparam STATE_BITS       = 32;
localparam TOKEN_BITS       = 16;
localparam COEFFICIENT_BITS = 16;
localparam ERROR_BITS       = 16;
localparam DECIMATED_SHIFT  = 11;   // from the tap sum to a decimated sample, rounding
localparam NOTCH            = 1;   // 1: there is a notch; its section has the index 2 * BANDS
localparam NOTCH_SHIFT      = 4;   // from the notch's band-pass to the input's fraction, rounding
localparam ALIGN_BITS       = 5;
localparam ALIGN_BIAS       = 6;   // a product is worth (product << ALIGN_BIAS) >>> align
localparam SECTION_BITS     = 65;
localparam ACC_BITS         = 54;   // holds any sum that full-scale samples can bring about

// Decimator tap `index` of the first half, signed.
function [17:0] design_tap;
    input [9:0] entry;
    case (entry)
        10'd0: design_tap = 18'h00001;
        10'd1: design_tap = 18'h00002;
        10'd2: design_tap = 18'h00000;
        10'd3: design_tap = 18'h3ffff;
        10'd4: design_tap = 18'h3fffb;
        10'd5: design_tap = 18'h3fff8;
        10'd6: design_tap = 18'h3fff6;
        10'd7: design_tap = 18'h3fff9;
        10'd8: design_tap = 18'h3fffe;
        10'd9: design_tap = 18'h00006;
        10'd10: design_tap = 18'h0000f;
        10'd11: design_tap = 18'h00014;
        10'd12: design_tap = 18'h00012;
        10'd13: design_tap = 18'h00009;
        10'd14: design_tap = 18'h3fff8;
        10'd15: design_tap = 18'h3ffe7;
        10'd16: design_tap = 18'h3ffdc;
        10'd17: design_tap = 18'h3ffdc;
        10'd18: design_tap = 18'h3ffed;
        10'd19: design_tap = 18'h00008;
        10'd20: design_tap = 18'h00026;
        10'd21: design_tap = 18'h0003d;
        10'd22: design_tap = 18'h0003d;
        10'd23: design_tap = 18'h00025;
        10'd24: design_tap = 18'h3fffa;
        10'd25: design_tap = 18'h3ffc7;
        10'd26: design_tap = 18'h3ffa3;
        10'd27: design_tap = 18'h3ff9e;
        10'd28: design_tap = 18'h3ffbf;
        10'd29: design_tap = 18'h00002;
        10'd30: design_tap = 18'h0004f;
        10'd31: design_tap = 18'h00089;
        10'd32: design_tap = 18'h00096;
        10'd33: design_tap = 18'h00068;
        10'd34: design_tap = 18'h00008;
        10'd35: design_tap = 18'h3ff96;
        10'd36: design_tap = 18'h3ff3c;
        10'd37: design_tap = 18'h3ff25;
        10'd38: design_tap = 18'h3ff62;
        10'd39: design_tap = 18'h3ffe7;
        10'd40: design_tap = 18'h0008b;
        10'd41: design_tap = 18'h0010d;
        10'd42: design_tap = 18'h00137;
        10'd43: design_tap = 18'h000e8;
        10'd44: design_tap = 18'h00032;
        10'd45: design_tap = 18'h3ff50;
        10'd46: design_tap = 18'h3fe96;
        10'd47: design_tap = 18'h3fe54;
        10'd48: design_tap = 18'h3feb6;
        10'd49: design_tap = 18'h3ffa7;
        10'd50: design_tap = 18'h000db;
        10'd51: design_tap = 18'h001dd;
        10'd52: design_tap = 18'h00241;
        10'd53: design_tap = 18'h001c9;
        10'd54: design_tap = 18'h0008f;
        10'd55: design_tap = 18'h3fef5;
        10'd56: design_tap = 18'h3fd97;
        10'd57: design_tap = 18'h3fd06;
        10'd58: design_tap = 18'h3fd94;
        10'd59: design_tap = 18'h3ff27;
        10'd60: design_tap = 18'h0013e;
        10'd61: design_tap = 18'h00312;
        10'd62: design_tap = 18'h003df;
        10'd63: design_tap = 18'h0033b;
        10'd64: design_tap = 18'h0013c;
        10'd65: design_tap = 18'h3fe8b;
        10'd66: design_tap = 18'h3fc25;
        10'd67: design_tap = 18'h3fb07;
        10'd68: design_tap = 18'h3fbc3;
        10'd69: design_tap = 18'h3fe40;
        10'd70: design_tap = 18'h001af;
        10'd71: design_tap = 18'h004cb;
        10'd72: design_tap = 18'h00651;
        10'd73: design_tap = 18'h0057f;
        10'd74: design_tap = 18'h0026c;
        10'd75: design_tap = 18'h3fe17;
        10'd76: design_tap = 18'h3fa17;
        10'd77: design_tap = 18'h3f80a;
        10'd78: design_tap = 18'h3f8ef;
        10'd79: design_tap = 18'h3fcb4;
        10'd80: design_tap = 18'h00224;
        10'd81: design_tap = 18'h0073e;
        10'd82: design_tap = 18'h009fb;
        10'd83: design_tap = 18'h00909;
        10'd84: design_tap = 18'h0046f;
        10'd85: design_tap = 18'h3fda5;
        10'd86: design_tap = 18'h3f723;
        10'd87: design_tap = 18'h3f383;
        10'd88: design_tap = 18'h3f478;
        10'd89: design_tap = 18'h3fa13;
        10'd90: design_tap = 18'h0028f;
        10'd91: design_tap = 18'h00adb;
        10'd92: design_tap = 18'h00fac;
        10'd93: design_tap = 18'h00ec3;
        10'd94: design_tap = 18'h007ed;
        10'd95: design_tap = 18'h3fd44;
        10'd96: design_tap = 18'h3f29b;
        10'd97: design_tap = 18'h3ec29;
        10'd98: design_tap = 18'h3ece7;
        10'd99: design_tap = 18'h3f54f;
        10'd100: design_tap = 18'h002df;
        10'd101: design_tap = 18'h010c9;
        10'd102: design_tap = 18'h01997;
        10'd103: design_tap = 18'h01938;
        10'd104: design_tap = 18'h00ebc;
        10'd105: design_tap = 18'h3fd11;
        10'd106: design_tap = 18'h3ea56;
        10'd107: design_tap = 18'h3ddd4;
        10'd108: design_tap = 18'h3dd5c;
        10'd109: design_tap = 18'h3eacc;
        10'd110: design_tap = 18'h002db;
        10'd111: design_tap = 18'h01d93;
        10'd112: design_tap = 18'h030c0;
        10'd113: design_tap = 18'h03366;
        10'd114: design_tap = 18'h0215d;
        10'd115: design_tap = 18'h3fda5;
        10'd116: design_tap = 18'h3d29f;
        10'd117: design_tap = 18'h3afb0;
        10'd118: design_tap = 18'h3a503;
        10'd119: design_tap = 18'h3be75;
        10'd120: design_tap = 18'h3ff4c;
        10'd121: design_tap = 18'h06036;
        10'd122: design_tap = 18'h0d031;
        10'd123: design_tap = 18'h1387b;
        10'd124: design_tap = 18'h1824e;
        10'd125: design_tap = 18'h19cf6;
        default: design_tap = 0;
    endcase
endfunction

// {highpass, mirrored, b, b_align, d, d_align, g, g_align} of section 2 * band + stage; 2 * BANDS is the notch.
function [64:0] design_section;
    input [5:0] entry;
    case (entry)
        // eeg_delta
        6'd0: design_section = 65'h029a91d37e20a6a4a;
        6'd1: design_section = 65'h02343998dd5681447;
        // eeg_theta
        6'd2: design_section = 65'h0211f952c594847e8;
        6'd3: design_section = 65'h03953a196c52d6dc8;
        // eeg_alpha
        6'd4: design_section = 65'h02d349519a90b4d28;
        6'd5: design_section = 65'h020249d152cef9228;
        // eeg_beta
        6'd6: design_section = 65'h03d84916de8ef6127;
        6'd7: design_section = 65'h0368b991dc4ac2ce6;
        // eeg_gamma
        6'd8: design_section = 65'h13a2709e320cdb005;
        6'd9: design_section = 65'h126cc954250af2146;
        // emg_low
        6'd10: design_section = 65'h02d508dd294eb5426;
        6'd11: design_section = 65'h02f671506e0894205;
        // emg_mid
        6'd12: design_section = 65'h0325a89189c8c96a5;
        6'd13: design_section = 65'h0afa6959ae14c8067;
        // emg_high
        6'd14: design_section = 65'h1a1a5217ca54e75c8;
        6'd15: design_section = 65'h1be4fb1607d4814e6;
        // eog
        6'd16: design_section = 65'h02450254da2a9140c;
        6'd17: design_section = 65'h03c5c81129cc95645;
        // ecg_lf
        6'd18: design_section = 65'h03fef3133db0ffbcf;
        6'd19: design_section = 65'h0217fb170a6ac5cad;
        // ecg_hf
        6'd20: design_section = 65'h02038253356880e0c;
        6'd21: design_section = 65'h02284a97b522ca0eb;
        // ecg_qrs
        6'd22: design_section = 65'h023a78d0d4108e9e6;
        6'd23: design_section = 65'h0333a1122748bda45;
        // notch at 50 Hz
        6'd24: design_section = 65'h0344019f2f08d1009;
        default: design_section = 0;
    endcase
endfunction

// Rounding right shift from a band's samples to its tokens.
function [4:0] design_token_shift;
    input [3:0] entry;
    case (entry)
        4'd0: design_token_shift = 5'd13;
        4'd1: design_token_shift = 5'd12;
        4'd2: design_token_shift = 5'd12;
        4'd3: design_token_shift = 5'd12;
        4'd4: design_token_shift = 5'd12;
        4'd5: design_token_shift = 5'd12;
        4'd6: design_token_shift = 5'd12;
        4'd7: design_token_shift = 5'd12;
        4'd8: design_token_shift = 5'd14;
        4'd9: design_token_shift = 5'd14;
        4'd10: design_token_shift = 5'd14;
        4'd11: design_token_shift = 5'd12;
        default: design_token_shift = 0;
    endcase
endfunction

// verilator lint_on UNUSEDPARAM
