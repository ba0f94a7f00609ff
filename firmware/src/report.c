#include "report.h"

#include <string.h>

#include "board.h"
#include "bytes.h"

#ifndef BUILD_ID
#error "BUILD_ID: eight bytes that name this build; firmware/build.py gives them"
#endif

const uint8_t report_design_hash[REPORT_HASH_BYTES] = DESIGN_HASH_BYTES;
static const uint8_t build_id[8] = BUILD_ID;

void report_hello(struct session *session)
{
    const struct board_identity *identity = board_identity();
    uint8_t payload[PAYLOAD_HELLO], *end = payload;
    end = bytes_put(end, PROTOCOL_VERSION, 1);
    memcpy(end, report_design_hash, REPORT_HASH_BYTES);
    end += REPORT_HASH_BYTES;
    memcpy(end, build_id, sizeof build_id);
    end += sizeof build_id;
    memcpy(end, identity->serial, BOARD_SERIAL_BYTES);
    end += BOARD_SERIAL_BYTES;
    end = bytes_put(end, SESSION_TAPS, 2);
    end = bytes_put(end, SESSION_SOURCES, 1);
    end = bytes_put(end, DESIGN_CHANNELS, 1);
    end = bytes_put(end, DESIGN_BANDS, 1);
    end = bytes_put(end, DESIGN_PATCH, 1);
    end = bytes_put(end, DESIGN_SAMPLES_PER_FRAME, 1);
    end = bytes_put(end, DESIGN_CREDIT_FRAMES, 1);
    end = bytes_put(end, identity->boots, 2);
    end = bytes_put(end, session->self_test, 1);
    end = bytes_put(end, identity->boot_cause, 1);
    end = bytes_put(end, session->link.session, 4);
    bytes_put(end, session->link.frames_out, 4);
    link_send(&session->link, MESSAGE_HELLO, payload, sizeof payload);
}

static uint8_t last_fault(const struct session *session)
{
    if (session->acquisition.fault != FAULT_NONE) {
        return session->acquisition.fault;
    }
    return session->self_test != FAULT_NONE ? session->self_test : board_identity()->boot_cause;
}

void report_status(struct session *session)
{
    const struct link *link = &session->link;
    const struct stream *stream = &session->stream;
    uint8_t payload[PAYLOAD_STATUS], *end = payload;
    session->credit = stream->received + LINK_CREDIT_SAMPLES;
    end = bytes_put(end, link->session, 4);
    end = bytes_put(end, session->state, 1);
    end = bytes_put(end, session->source, 1);
    end = bytes_put(end, session->taps, 2);
    end = bytes_put(end, last_fault(session), 1);
    end = bytes_put(end, board_identity()->boots, 2);
    end = bytes_put(end, stream->run, 2);
    end = bytes_put(end, stream->first, 4);
    end = bytes_put(end, session->credit, 4);
    end = bytes_put(end, stream->received, 4);
    end = bytes_put(end, stream->tokenizer.ticks, 4);
    end = bytes_put(end, stream->tick_clocks, 8);
    end = bytes_put(end, stream->tick_clocks_max, 4);
    end = bytes_put(end, stream->tokenizer.saturated_inputs, 4);
    end = bytes_put(end, stream->tokenizer.saturated_bands, 4);
    end = bytes_put(end, stream->tokenizer.saturated_tokens, 4);
    end = bytes_put(end, session->acquisition.lead_off_p, 1);
    end = bytes_put(end, session->acquisition.lead_off_n, 1);
    end = bytes_put(end, session->acquisition.restarts, 2);
    end = bytes_put(end, link->expected, 2);
    end = bytes_put(end, link->frames_in, 4);
    end = bytes_put(end, link->missing_in, 4);
    end = bytes_put(end, link->stale_in, 4);
    end = bytes_put(end, link->corrupt_in, 4);
    bytes_put(end, link->frames_out, 4);
    link_send(&session->link, MESSAGE_STATUS, payload, sizeof payload);
}
