#include "session.h"

#include <string.h>

#include "board.h"
#include "bytes.h"
#include "self_test.h"

#define HASH_BYTES 32U
#define SUPPORTED_TAPS (TAP_CODES | TAP_DECIMATED | TAP_NOTCHED | TAP_BANDS | TAP_TOKENS)
#define SUPPORTED_SOURCES SOURCE_INJECTED

#ifndef BUILD_ID
#error "BUILD_ID: eight bytes that name this build; firmware/build.py gives them"
#endif

static const uint8_t design_hash[HASH_BYTES] = DESIGN_HASH_BYTES;
static const uint8_t build_id[8] = BUILD_ID;

/* ---- Out ---- */

static void send_hello(struct session *session)
{
    const struct board_identity *identity = board_identity();
    uint8_t payload[PAYLOAD_HELLO], *end = payload;
    end = bytes_put(end, PROTOCOL_VERSION, 1);
    memcpy(end, design_hash, sizeof design_hash);
    end += sizeof design_hash;
    memcpy(end, build_id, sizeof build_id);
    end += sizeof build_id;
    memcpy(end, identity->serial, BOARD_SERIAL_BYTES);
    end += BOARD_SERIAL_BYTES;
    end = bytes_put(end, SUPPORTED_TAPS, 2);
    end = bytes_put(end, SUPPORTED_SOURCES, 1);
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

static uint8_t fault_of_boot(const struct session *session)
{
    return session->self_test != FAULT_NONE ? session->self_test : board_identity()->boot_cause;
}

static void send_status(struct session *session)
{
    const struct link *link = &session->link;
    const struct stream *stream = &session->stream;
    uint8_t payload[PAYLOAD_STATUS], *end = payload;
    session->credit = stream->received + LINK_CREDIT_SAMPLES;
    end = bytes_put(end, link->session, 4);
    end = bytes_put(end, session->state, 1);
    end = bytes_put(end, session->source, 1);
    end = bytes_put(end, session->taps, 2);
    end = bytes_put(end, fault_of_boot(session), 1);
    end = bytes_put(end, board_identity()->boots, 2);
    end = bytes_put(end, stream->run, 2);
    end = bytes_put(end, session->credit, 4);
    end = bytes_put(end, stream->received, 4);
    end = bytes_put(end, stream->tokenizer.ticks, 4);
    end = bytes_put(end, stream->tick_clocks, 8);
    end = bytes_put(end, stream->tick_clocks_max, 4);
    end = bytes_put(end, stream->tokenizer.saturated_inputs, 4);
    end = bytes_put(end, stream->tokenizer.saturated_bands, 4);
    end = bytes_put(end, stream->tokenizer.saturated_tokens, 4);
    end = bytes_put(end, 0, 1 + 1 + 2); /* lead-off and restarts are a converter's */
    end = bytes_put(end, link->expected, 2);
    end = bytes_put(end, link->frames_in, 4);
    end = bytes_put(end, link->missing_in, 4);
    end = bytes_put(end, link->stale_in, 4);
    end = bytes_put(end, link->corrupt_in, 4);
    bytes_put(end, link->frames_out, 4);
    link_send(&session->link, MESSAGE_STATUS, payload, sizeof payload);
}

/* ---- In: one function a command. What it returns is the ERROR to answer with, or 0. ---- */

static uint8_t on_hello(struct session *session)
{
    if (session->link.decoder.length != PAYLOAD_OPENING) {
        return ERROR_BAD_LENGTH;
    }
    send_hello(session);
    return 0;
}

static uint8_t on_configure(struct session *session)
{
    const uint8_t *payload = session->link.decoder.payload;
    if (session->link.decoder.length != PAYLOAD_CONFIGURE) {
        return ERROR_BAD_LENGTH;
    }
    if (session->state != STATE_IDLE && session->state != STATE_CONFIGURED) {
        return ERROR_BAD_STATE;
    }
    if (memcmp(payload, design_hash, sizeof design_hash) != 0) {
        return ERROR_DESIGN_MISMATCH;
    }
    const uint16_t taps = bytes_get16(payload + HASH_BYTES);
    const uint8_t source = payload[HASH_BYTES + 2U];
    if ((taps & ~SUPPORTED_TAPS) != 0 || source != SOURCE_INJECTED) {
        return ERROR_UNSUPPORTED;
    }
    session->taps = taps;
    session->source = source;
    session->state = STATE_CONFIGURED;
    session->status_due = true;
    return 0;
}

/* The run that it names begins, or has begun already. */
static uint8_t on_start(struct session *session)
{
    const uint8_t *payload = session->link.decoder.payload;
    if (session->link.decoder.length != PAYLOAD_START) {
        return ERROR_BAD_LENGTH;
    }
    if (session->state == STATE_IDLE) {
        return ERROR_BAD_STATE;
    }
    const uint16_t run = bytes_get16(payload + 4);
    if (run != session->stream.run) {
        if (session->state != STATE_CONFIGURED) {
            return ERROR_BAD_STATE;
        }
        if (run != (uint16_t)(session->stream.run + 1U)) {
            return ERROR_RUN;
        }
        stream_start(&session->stream, run, bytes_get32(payload), session->taps);
        session->state = STATE_RUNNING;
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
    const uint32_t rows = (length - PAYLOAD_SAMPLES_HEADER) / FRAME_ROW_BYTES;
    const uint32_t received = session->stream.received;
    const int32_t ahead = (int32_t)(bytes_get32(session->link.decoder.payload) - received);
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

static uint8_t on_stop(struct session *session)
{
    if (session->link.decoder.length != 0) {
        return ERROR_BAD_LENGTH;
    }
    if (session->state == STATE_IDLE) {
        return ERROR_BAD_STATE;
    }
    if (session->state == STATE_RUNNING) {
        stream_finish(&session->stream);
        session->state = STATE_STOPPING;
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
    case ERROR_UNSUPPORTED: return SUPPORTED_TAPS | SUPPORTED_SOURCES << 16;
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

/* Give the next sample instant of the SAMPLES to the stream. */
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

static bool send_frame(struct session *session)
{
    if (session->status_due) {
        session->status_due = false;
        send_status(session);
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
    send_hello(session);
}

bool session_poll(struct session *session)
{
    bool worked = link_has_room() && send_frame(session);
    if (session->state == STATE_STOPPING && !stream_owes(&session->stream)) {
        session->state = STATE_CONFIGURED;
        session->status_due = true;
        worked = true;
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
