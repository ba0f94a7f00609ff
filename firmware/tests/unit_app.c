/* app.h: the loop that never ends on the chip. The linker replaces board_init and board_turn with this file's functions
 * (firmware/build.py), so that the test sees when the loop sleeps, and leaves it from there. */
#include "app.h"

#include <setjmp.h>

#include "check.h"
#include "frame.h"
#include "host/host.h"

#define IDLES 3

void __wrap_board_init(void);
void __wrap_board_turn(bool worked);

static jmp_buf out;
static int inits, idles;

void __wrap_board_init(void)
{
    static uint8_t sent[HOST_SEND_BYTES];
    CHECK(host_drain(sent, sizeof sent) == 0);
    inits++;
}

/* At each sleep one more HELLO is answered: the one of boot, then one for each sleep before. */
void __wrap_board_turn(bool worked)
{
    if (worked) {
        return;
    }
    static uint8_t sent[HOST_SEND_BYTES], wire[FRAME_WIRE_BYTES(PAYLOAD_OPENING)];
    static struct frame_decoder decoder;
    const uint32_t count = host_drain(sent, sizeof sent);
    CHECK(inits == 1 && count > 0);
    for (uint32_t i = 0; i < count; i++) {
        CHECK(frame_decode(&decoder, sent[i]) == (i + 1 < count ? FRAME_NOTHING : FRAME_READY));
    }
    CHECK(decoder.type == MESSAGE_HELLO);
    if (++idles == IDLES) {
        longjmp(out, 1);
    }
    const struct protocol_opening opening = {.session = (uint32_t)idles};
    uint8_t payload[PAYLOAD_OPENING];
    protocol_pack_opening(payload, &opening);
    host_feed(wire, frame_encode(wire, MESSAGE_HELLO, (uint16_t)idles, payload, sizeof payload));
}

int main(void)
{
    host_reset(HOST_SEND_BYTES, 0);
    if (setjmp(out) == 0) {
        app_run();
    }
    CHECK(inits == 1 && idles == IDLES);
    return 0;
}
