/* The earbud's reports: HELLO and STATUS. */
#ifndef REPORT_H
#define REPORT_H

#include <stdint.h>

#include "session.h"

#define REPORT_HASH_BYTES PAYLOAD_HELLO_DESIGN_HASH

/* The hash of the design that this firmware was built for. */
extern const uint8_t report_design_hash[REPORT_HASH_BYTES];

/* Send HELLO. There must be room. */
void report_hello(struct session *session);

/* Send STATUS, which updates the credit. There must be room. */
void report_status(struct session *session);

#endif
