#include "report.h"

#include "board.h"

#ifndef BUILD_ID
#error "BUILD_ID: eight bytes that name this build; firmware/build.py gives them"
#endif

const uint8_t report_design_hash[REPORT_HASH_BYTES] = DESIGN_HASH_BYTES;
static const uint8_t build_id[PAYLOAD_HELLO_BUILD] = BUILD_ID;

_Static_assert(PAYLOAD_HELLO_DESIGN_HASH == PAYLOAD_CONFIGURE_DESIGN_HASH, "HELLO and CONFIGURE name the same hash");
_Static_assert(PAYLOAD_HELLO_SERIAL == BOARD_SERIAL_BYTES, "HELLO holds the board's serial number");

void report_hello(struct session *session)
{
    const struct board_identity *identity = board_identity();
    const struct protocol_hello hello = {
        .protocol = PROTOCOL_VERSION,
        .design_hash = report_design_hash,
        .build = build_id,
        .serial = identity->serial,
        .taps = SESSION_TAPS,
        .sources = SESSION_SOURCES,
        .channels = DESIGN_CHANNELS,
        .bands = DESIGN_BANDS,
        .patch = DESIGN_PATCH,
        .samples_per_frame = DESIGN_SAMPLES_PER_FRAME,
        .credit_frames = DESIGN_CREDIT_FRAMES,
        .boots = identity->boots,
        .self_test = session->self_test,
        .boot_cause = identity->boot_cause,
        .session = session->link.session,
        .frames_out = session->link.frames_out,
    };
    uint8_t payload[PAYLOAD_HELLO];
    protocol_pack_hello(payload, &hello);
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
    session->credit = stream->received + LINK_CREDIT_SAMPLES;
    const struct protocol_status status = {
        .session = link->session,
        .state = session->state,
        .source = session->source,
        .taps = session->taps,
        .fault = last_fault(session),
        .boots = board_identity()->boots,
        .run = stream->run,
        .first = stream->first,
        .credit = session->credit,
        .received = stream->received,
        .ticks = stream->tokenizer.ticks,
        .tick_clocks = stream->tick_clocks,
        .tick_clocks_max = stream->tick_clocks_max,
        .saturated_inputs = stream->tokenizer.saturated_inputs,
        .saturated_bands = stream->tokenizer.saturated_bands,
        .saturated_tokens = stream->tokenizer.saturated_tokens,
        .lead_off_p = session->acquisition.lead_off_p,
        .lead_off_n = session->acquisition.lead_off_n,
        .restarts = session->acquisition.restarts,
        .expected = link->expected,
        .frames_in = link->frames_in,
        .missing_in = link->missing_in,
        .stale_in = link->stale_in,
        .corrupt_in = link->corrupt_in,
        .frames_out = link->frames_out,
    };
    uint8_t payload[PAYLOAD_STATUS];
    protocol_pack_status(payload, &status);
    link_send(&session->link, MESSAGE_STATUS, payload, sizeof payload);
}
