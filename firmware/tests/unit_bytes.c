/* bytes.h: every width, both ends of every range, and no byte beyond. */
#include "bytes.h"

#include "check.h"

static void test_put_writes_as_many_bytes_as_asked_lowest_first(void)
{
    static const uint8_t wanted[8] = {0xEF, 0xCD, 0xAB, 0x89, 0x67, 0x45, 0x23, 0x01};
    for (uint32_t width = 0; width <= 8; width++) {
        uint8_t *out = exact_copy("\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA", width);
        CHECK(bytes_put(out, 0x0123456789ABCDEFU, width) == out + width);
        CHECK(memcmp(out, wanted, width) == 0);
        free(out);
    }
}

static void test_get_reads_what_put_wrote(void)
{
    static const uint32_t values[] = {0, 1, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000,
                                      0xFFFFFFFF, 0x01020304, 0xF00DFACE};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        uint8_t *two = exact_copy("\0", 2), *four = exact_copy("\0\0\0", 4), *eight = exact_copy("\0\0\0\0\0\0\0", 8);
        const uint64_t wide = (uint64_t)values[i] << 32 | (uint32_t)~values[i];
        bytes_put(two, values[i], 2);
        bytes_put(four, values[i], 4);
        bytes_put(eight, wide, 8);
        CHECK(bytes_get16(two) == (uint16_t)values[i]);
        CHECK(bytes_get32(four) == values[i]);
        CHECK(bytes_get64(eight) == wide);
        free(two);
        free(four);
        free(eight);
    }
}

static void test_a_code_keeps_its_sign(void)
{
    static const int32_t codes[] = {0, 1, -1, 127, 128, -128, -129, 255, 256, 32767, 32768, -32768, -32769, 65535, 65536,
                                    8388607, -8388608, -8388607, 0x123456, -0x123456};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        uint8_t *three = exact_copy("\0\0", 3);
        bytes_put(three, (uint32_t)codes[i], 3);
        CHECK(bytes_get_code(three) == codes[i]);
        free(three);
    }
}

int main(void)
{
    test_put_writes_as_many_bytes_as_asked_lowest_first();
    test_get_reads_what_put_wrote();
    test_a_code_keeps_its_sign();
    return 0;
}
