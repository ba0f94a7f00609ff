#include "session.h"

#include <string.h>

#include "bytes.h"
#include "report.h"
#include "self_test.h"

/* ---- Input: one function for each command. It returns the ERROR for the answer, or 0. ---- */

static uint8_t on_hello(struct session *session)
{
    if (session->link.decoder.length != PAYLOAD_OPENING) {
        return ERROR_BAD_LENGTH;
    }
    report_hello(session);
    return 0;
}

static bool is_source(uint8_t source)
{
    return source != 0 && (source & (source - 1U)) == 0 && (source & ~SESSION_SOURCES) == 0;
}

static uint8_t on_configure(struct session *session)
{
    if (session->link.decoder.length != PAYLOAD_CONFIGURE) {
        return ERROR_BAD_LENGTH;
    }
    if (session->state != STATE_IDLE && session->state != STATE_CONFIGURED) {
        return ERROR_BAD_STATE;
    }
    const struct protocol_configure wanted = protocol_unpack_configure(session->link.decoder.payload);
    if (memcmp(wanted.design_hash, report_design_hash, REPORT_HASH_BYTES) != 0) {
        return ERROR_DESIGN_MISMATCH;
    }
    if ((wanted.taps & ~SESSION_TAPS) != 0 || !is_source(wanted.source)) {
        return ERROR_UNSUPPORTED;
    }
    session->taps = wanted.taps;
    session->source = wanted.source;
    session->state = STATE_CONFIGURED;
    session->status_due = true;
    return 0;
}

/* The named run begins, or has begun already; STATUS reports the converter's fault, if any. */
static uint8_t on_start(struct session *session)
{
    if (session->link.decoder.length != PAYLOAD_START) {
        return ERROR_BAD_LENGTH;
    }
    if (session->state == STATE_IDLE) {
        return ERROR_BAD_STATE;
    }
    const struct protocol_start start = protocol_unpack_start(session->link.decoder.payload);
    if (start.run != session->stream.run) {
        if (session->state != STATE_CONFIGURED) {
            return ERROR_BAD_STATE;
        }
        if (start.run != (uint16_t)(session->stream.run + 1U)) {
            return ERROR_RUN;
        }
        stream_start(&session->stream, start.run, start.first, session->taps);
        if (acquisition_start(&session->acquisition, session->source) == FAULT_NONE) {
            session->state = STATE_RUNNING;
        }
    }
    session->status_due = true;
    return 0;
}

static uint8_t on_samples(struct session *session)
{
    const uint32_t length = session->link.decoder.length;
    if (length <= PAYLOAD_SAMPLES_HEADER || length > FRAME_SAMPLES_BYTES
        || (length - PAYLOAD_SAMPLES_HEADER) % FRAME_ROW_BYTES != 0) {
        return ERROR_BAD_LENGTH;
    }
    if (session->state != STATE_RUNNING) {
        return ERROR_BAD_STATE;
    }
    if (session->source != SOURCE_INJECTED) {
        return ERROR_UNSUPPORTED;
    }
    const uint32_t rows = (length - PAYLOAD_SAMPLES_HEADER) / FRAME_ROW_BYTES;
    const uint32_t received = session->stream.received;
    const uint32_t first = protocol_unpack_samples_header(session->link.decoder.payload).first;
    const int32_t ahead = (int32_t)(first - received);
    if (ahead >= 0 && (uint32_t)ahead + rows > session->credit - received) {
        return ERROR_OVERRUN;
    }
    if (ahead != 0) {
        return ERROR_INDEX;
    }
    session->row = 0;
    session->rows = rows;
    return 0;
}

/* End the samples; the pending frames are sent. */
static void end_run(struct session *session)
{
    acquisition_stop(&session->acquisition);
    stream_finish(&session->stream);
    session->state = STATE_STOPPING;
}

static uint8_t on_stop(struct session *session)
{
    if (session->link.decoder.length != 0) {
        return ERROR_BAD_LENGTH;
    }
    if (session->state == STATE_IDLE) {
        return ERROR_BAD_STATE;
    }
    if (session->state == STATE_RUNNING) {
        end_run(session);
    } else if (session->state == STATE_CONFIGURED) {
        session->status_due = true;
    }
    return 0;
}

static uint8_t on_query(struct session *session)
{
    if (session->link.decoder.length != 0) {
        return ERROR_BAD_LENGTH;
    }
    session->status_due = true;
    return 0;
}

static uint8_t on_message(struct session *session)
{
    switch (session->link.decoder.type) {
    case MESSAGE_HELLO: return on_hello(session);
    case MESSAGE_CONFIGURE: return on_configure(session);
    case MESSAGE_START: return on_start(session);
    case MESSAGE_SAMPLES: return on_samples(session);
    case MESSAGE_STOP: return on_stop(session);
    case MESSAGE_QUERY: return on_query(session);
    default: return ERROR_UNKNOWN_MESSAGE;
    }
}

static uint32_t error_detail(const struct session *session, uint8_t code)
{
    switch (code) {
    case ERROR_BAD_STATE: return session->state;
    case ERROR_BAD_LENGTH: return session->link.decoder.length;
    case ERROR_INDEX: return session->stream.received;
    case ERROR_OVERRUN: return session->credit;
    case ERROR_UNKNOWN_MESSAGE: return session->link.decoder.type;
    case ERROR_UNSUPPORTED: return SESSION_TAPS | SESSION_SOURCES << 16;
    case ERROR_RUN: return (uint16_t)(session->stream.run + 1U);
    default: return 0;
    }
}

/* ---- Work ---- */

static bool read_frame(struct session *session)
{
    const enum link_event event = link_receive(&session->link);
    if (event == LINK_NOTHING) {
        return false;
    }
    if (event == LINK_OPENED) {
        if (session->state == STATE_RUNNING) {
            acquisition_stop(&session->acquisition);
        }
        session->state = STATE_IDLE;
        session->status_due = false;
        stream_abandon(&session->stream);
    }
    if (event != LINK_DROPPED) {
        const uint8_t code = on_message(session);
        if (code != 0) {
            link_send_error(&session->link, code, session->link.decoder.sequence, error_detail(session, code));
        }
    }
    return true;
}

/* Give the next sample of the SAMPLES frame to the stream. */
static void take_row(struct session *session)
{
    const uint8_t *bytes = session->link.decoder.payload + PAYLOAD_SAMPLES_HEADER + session->row * FRAME_ROW_BYTES;
    int32_t codes[DESIGN_CHANNELS];
    for (uint32_t channel = 0; channel < DESIGN_CHANNELS; channel++) {
        codes[channel] = bytes_get_code(bytes + channel * PROTOCOL_SAMPLE_BYTES);
    }
    stream_take(&session->stream, codes);
    if (++session->row == session->rows) {
        session->row = session->rows = 0;
        session->status_due = true;
    }
}

/* Take a sample of the converter, if it has one; returns whether there was anything to do. */
static bool acquire(struct session *session)
{
    const enum acquisition_event event = acquisition_poll(&session->acquisition, &session->stream, &session->link);
    if (event == ACQUISITION_ENDED) {
        end_run(session);
    }
    session->status_due = session->status_due || event == ACQUISITION_NEWS;
    return event != ACQUISITION_NOTHING;
}

static bool send_frame(struct session *session)
{
    if (session->status_due) {
        session->status_due = false;
        report_status(session);
        return true;
    }
    return stream_emit(&session->stream, &session->link);
}

void session_boot(struct session *session)
{
    memset(session, 0, sizeof *session);
    session->self_test = self_test(&session->stream.tokenizer);
    link_reset(&session->link);
    stream_start(&session->stream, 0, 0, 0);
    report_hello(session);
}

bool session_poll(struct session *session)
{
    bool worked = link_has_room() && send_frame(session);
    if (session->state == STATE_STOPPING && !stream_owes(&session->stream)) {
        session->state = STATE_CONFIGURED;
        session->status_due = true;
        worked = true;
    }
    /* Pending frames are sent first: there is room for only a few, which takes less time than a sample is valid. */
    if (session->state == STATE_RUNNING && !worked) {
        worked = acquire(session);
    }
    if (session->rows > 0) {
        if (stream_ready(&session->stream)) {
            take_row(session);
            worked = true;
        }
    } else if (!session->status_due && link_has_room()) {
        worked = read_frame(session) || worked;
    }
    return worked;
}
