#include "acquisition.h"

#include <string.h>

uint8_t acquisition_start(struct acquisition *acquisition, uint8_t source)
{
    memset(acquisition, 0, sizeof *acquisition);
    acquisition->source = source;
    if (source != SOURCE_INJECTED) {
        acquisition->fault = ads1299_start(&acquisition->adc, source);
    }
    return acquisition->fault;
}

/* The host gets a STATUS at a patch's end, for the counters, and when an electrode comes off or on. */
static enum acquisition_event take(struct acquisition *acquisition, const struct ads1299_sample *sample,
                                   struct stream *stream, struct link *link)
{
    const bool news = tokenizer_completes_patch(&stream->tokenizer) || sample->lead_off_p != acquisition->lead_off_p
        || sample->lead_off_n != acquisition->lead_off_n;
    stream_take_now(stream, link, sample->codes);
    acquisition->attempts = 0;
    acquisition->lead_off_p = sample->lead_off_p;
    acquisition->lead_off_n = sample->lead_off_n;
    return news ? ACQUISITION_NEWS : ACQUISITION_SAMPLE;
}

static enum acquisition_event begin_anew(struct acquisition *acquisition, struct stream *stream)
{
    if (acquisition->attempts == ACQUISITION_ATTEMPTS) {
        return ACQUISITION_ENDED;
    }
    acquisition->attempts++;
    acquisition->restarts++;
    const uint8_t fault = ads1299_start(&acquisition->adc, acquisition->source);
    if (fault != FAULT_NONE) {
        acquisition->fault = fault;
        return ACQUISITION_NEWS;
    }
    acquisition->broken = false;
    stream_start(stream, (uint16_t)(stream->run + 1U), stream->received, stream->taps);
    return ACQUISITION_NEWS;
}

enum acquisition_event acquisition_poll(struct acquisition *acquisition, struct stream *stream, struct link *link)
{
    struct ads1299_sample sample;
    if (acquisition->source == SOURCE_INJECTED) {
        return ACQUISITION_NOTHING;
    }
    if (acquisition->broken) {
        return stream_owes(stream) ? ACQUISITION_NOTHING : begin_anew(acquisition, stream);
    }
    switch (ads1299_poll(&acquisition->adc, &sample, &acquisition->fault)) {
    case ADS1299_NOTHING:
        return ACQUISITION_NOTHING;
    case ADS1299_SAMPLE:
        return take(acquisition, &sample, stream, link);
    case ADS1299_FAULT:
        break;
    }
    acquisition->broken = true;
    stream_finish(stream);
    return ACQUISITION_NEWS;
}

void acquisition_stop(struct acquisition *acquisition)
{
    if (acquisition->source != SOURCE_INJECTED) {
        ads1299_stop(&acquisition->adc);
    }
}
