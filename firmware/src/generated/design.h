/* The constants of design "neurobuds-reference". Generated; change the design file, then run: earloop spec generate
 *
 * Formats and arithmetic: spec/delta.py and spec/golden.py. */
#ifndef EARLOOP_DESIGN_H
#define EARLOOP_DESIGN_H

#define DESIGN_HASH_BYTES {0x2a, 0x86, 0x0d, 0x92, 0x91, 0x6b, 0x90, 0x09, 0xf9, 0xf1, 0x45, 0x3f, 0x88, 0x90, 0x31, 0xf9, 0x8c, 0x9c, 0x27, 0xce, 0x6e, 0x4c, 0x81, 0x6d, 0x4e, 0xdc, 0x1e, 0x04, 0x23, 0x19, 0x13, 0xcd}

#define DESIGN_CHANNELS          4
#define DESIGN_BANDS             12
#define DESIGN_PATCH             50
#define DESIGN_RATE_HZ           1000
#define DESIGN_GAIN              12
#define DESIGN_COMMON_REFERENCE  1 /* one for all channels, or one for each */
#define DESIGN_FACTOR            5
#define DESIGN_TAPS              251
#define DESIGN_ERROR_BITS        16
#define DESIGN_DECIMATED_SHIFT   11 /* from the tap sum to a decimated sample, rounding */
#define DESIGN_NOTCH             1
#define DESIGN_NOTCH_SHIFT       4 /* from the notch's band-pass to the input's fraction, rounding */
#define DESIGN_BAUD              921600
#define DESIGN_SAMPLES_PER_FRAME 20
#define DESIGN_CREDIT_FRAMES     8
#define DESIGN_CODES_PER_FRAME   8

/* What the kernel must make of spec/self_test.py's codes. */
#define DESIGN_SELF_TEST_SEED    1u
#define DESIGN_SELF_TEST_SAMPLES 500
#define DESIGN_SELF_TEST_CRC     0x972d8afdu

/* Decimator taps, signed 18 bits. */
#define DESIGN_TAP_VALUES { \
    1, 2, 0, -1, -5, -8, -10, -7, -2, 6, \
    15, 20, 18, 9, -8, -25, -36, -36, -19, 8, \
    38, 61, 61, 37, -6, -57, -93, -98, -65, 2, \
    79, 137, 150, 104, 8, -106, -196, -219, -158, -25, \
    139, 269, 311, 232, 50, -176, -362, -428, -330, -89, \
    219, 477, 577, 457, 143, -267, -617, -762, -620, -217, \
    318, 786, 991, 827, 316, -373, -987, -1273, -1085, -448, \
    431, 1227, 1617, 1407, 620, -489, -1513, -2038, -1809, -844, \
    548, 1854, 2555, 2313, 1135, -603, -2269, -3197, -2952, -1517, \
    655, 2779, 4012, 3779, 2029, -700, -3429, -5079, -4889, -2737, \
    735, 4297, 6551, 6456, 3772, -751, -5546, -8748, -8868, -5428, \
    731, 7571, 12480, 13158, 8541, -603, -11617, -20560, -23293, -16779, \
    -180, 24630, 53297, 79995, 98894, 105718, 98894, 79995, 53297, 24630, \
    -180, -16779, -23293, -20560, -11617, -603, 8541, 13158, 12480, 7571, \
    731, -5428, -8868, -8748, -5546, -751, 3772, 6456, 6551, 4297, \
    735, -2737, -4889, -5079, -3429, -700, 2029, 3779, 4012, 2779, \
    655, -1517, -2952, -3197, -2269, -603, 1135, 2313, 2555, 1854, \
    548, -844, -1809, -2038, -1513, -489, 620, 1407, 1617, 1227, \
    431, -448, -1085, -1273, -987, -373, 316, 827, 991, 786, \
    318, -217, -620, -762, -617, -267, 143, 457, 577, 477, \
    219, -89, -330, -428, -362, -176, 50, 232, 311, 269, \
    139, -25, -158, -219, -196, -106, 8, 104, 150, 137, \
    79, 2, -65, -98, -93, -57, -6, 37, 61, 61, \
    38, 8, -19, -36, -36, -25, -8, 9, 18, 20, \
    15, 6, -2, -7, -10, -8, -5, -1, 0, 2, \
    1, \
}

/* A section: highpass, sign, b, b_shift, d, d_shift, g, g_shift. A negative shift goes left. */
#define DESIGN_BAND_SECTIONS { \
    {{0, 1, 21330, 1, 19960, 10, 21330, 4}, {0, 1, 18055, 0, 25461, 5, 16546, 1}}, /* eeg_delta */ \
    {{0, 1, 16959, -1, 19222, 4, 16959, 2}, {0, 1, 29351, 2, 26033, 3, 27502, 2}}, /* eeg_theta */ \
    {{0, 1, 23145, -1, 18026, 2, 23145, 2}, {0, 1, 16457, 1, 17739, 1, 31889, 2}}, /* eeg_alpha */ \
    {{0, 1, 31497, -2, 23418, 1, 31497, 1}, {0, 1, 27927, 0, 18289, -1, 24935, 0}}, /* eeg_beta */ \
    {{1, 1, 29774, -4, 30920, 0, 28032, -1}, {1, 1, 19865, -1, 20628, -1, 30986, 0}}, /* eeg_gamma */ \
    {{0, 1, 23201, -3, 29861, 1, 23201, 0}, {0, 1, 24270, -1, 16824, -2, 18960, -1}}, /* emg_low */ \
    {{0, 1, 25781, -4, 17959, -2, 25781, -1}, {0, -1, 24397, -1, 26296, 4, 25603, 1}}, /* emg_mid */ \
    {{1, -1, 17226, 2, 24361, 4, 29614, 2}, {1, -1, 31903, 6, 22559, 4, 16551, 0}}, /* emg_high */ \
    {{0, 1, 18592, 3, 21352, 15, 18592, 6}, {0, 1, 30905, -6, 17575, 0, 19122, -1}}, /* eog */ \
    {{0, 1, 32734, 6, 19702, 18, 32734, 9}, {0, 1, 17151, 6, 23593, 15, 25317, 7}}, /* ecg_lf */ \
    {{0, 1, 16496, 3, 19669, 14, 16496, 6}, {0, 1, 17673, 4, 24276, 11, 25863, 5}}, /* ecg_hf */ \
    {{0, 1, 18255, -3, 17232, 2, 18255, 0}, {0, 1, 26228, -2, 18589, -2, 24274, -1}}, /* ecg_qrs */ \
}
#define DESIGN_NOTCH_SECTION {0, 1, 26688, 0, 31934, -2, 26688, 3} /* 50 Hz */

/* Rounding right shift from a band's samples to its tokens. */
#define DESIGN_TOKEN_SHIFTS {13, 12, 12, 12, 12, 12, 12, 12, 14, 14, 14, 12}

#endif
