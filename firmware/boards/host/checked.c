/* The kernel and the link as a program, for runs under sanitizers.
 *
 *     checked kernel < codes > taps    as kernel_filter.c
 *     checked link < bytes > bytes     the bytes that the earbud receives, and all its answers
 *
 * Exits with 1 on a usage error, and with another status on a sanitizer's finding. */
#include <stdio.h>
#include <string.h>

#include "app.h"
#include "host/host.h"

static int run_link(void)
{
    static uint8_t bytes[4096];
    host_reset(HOST_SEND_BYTES, 0);
    app_start();
    for (;;) {
        const size_t count = fread(bytes, 1, sizeof bytes, stdin);
        if (count == 0) {
            return 0;
        }
        host_feed(bytes, (uint32_t)count);
        uint32_t sent = 1;
        while (app_poll() || sent > 0) {
            static uint8_t out[HOST_SEND_BYTES];
            sent = host_drain(out, sizeof out);
            fwrite(out, 1, sent, stdout);
        }
    }
}

int main(int count, char **words)
{
    if (count == 2 && strcmp(words[1], "kernel") == 0) {
        return host_filter_kernel();
    }
    if (count == 2 && strcmp(words[1], "link") == 0) {
        return run_link();
    }
    fputs("usage: checked kernel|link\n", stderr);
    return 1;
}
