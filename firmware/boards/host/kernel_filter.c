/* The kernel from standard input to standard output, in the machine's byte order.
 *
 * Input: int32 [samples][channels]. Output: each tick's decimated, notched and band samples, int32, and each patch that the
 * tick completes, int16. */
#include <stdio.h>

#include "host/host.h"
#include "tokenizer.h"

int host_filter_kernel(void)
{
    static struct tokenizer kernel;
    int32_t codes[DESIGN_CHANNELS];
    tokenizer_reset(&kernel);
    while (fread(codes, sizeof codes, 1, stdin) == 1) {
        const bool completes = tokenizer_completes_patch(&kernel);
        if (tokenizer_push(&kernel, codes)) {
            fwrite(kernel.decimated, sizeof kernel.decimated, 1, stdout);
            fwrite(kernel.notched, sizeof kernel.notched, 1, stdout);
            fwrite(kernel.bands, sizeof kernel.bands, 1, stdout);
            if (completes) {
                fwrite(tokenizer_patch(&kernel), sizeof(struct tokenizer_patch), 1, stdout);
            }
        }
    }
    return 0;
}
