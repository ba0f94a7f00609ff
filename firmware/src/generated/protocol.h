/* The wire protocol's numbers. Generated from spec/messages.py, which says what they mean; to renew: earloop spec generate */
#ifndef EARLOOP_PROTOCOL_H
#define EARLOOP_PROTOCOL_H

#define PROTOCOL_VERSION 2
#define PROTOCOL_SAMPLE_BYTES 3
#define PROTOCOL_FRAME_OVERHEAD 7 /* type, sequence and CRC */

#define MESSAGE_HELLO 1u
#define MESSAGE_CONFIGURE 2u
#define MESSAGE_START 3u
#define MESSAGE_SAMPLES 4u
#define MESSAGE_TOKENS 5u
#define MESSAGE_STATUS 6u
#define MESSAGE_STOP 7u
#define MESSAGE_ERROR 8u
#define MESSAGE_QUERY 9u
#define MESSAGE_CODES 10u
#define MESSAGE_TICK 11u

#define STATE_IDLE 0u
#define STATE_CONFIGURED 1u
#define STATE_RUNNING 2u
#define STATE_STOPPING 3u

#define ERROR_DESIGN_MISMATCH 1u
#define ERROR_BAD_STATE 2u
#define ERROR_BAD_LENGTH 3u
#define ERROR_LOST 4u
#define ERROR_OVERRUN 5u
#define ERROR_UNKNOWN_MESSAGE 6u
#define ERROR_CORRUPT 7u
#define ERROR_UNSUPPORTED 8u
#define ERROR_INDEX 9u
#define ERROR_RUN 10u

#define TAP_DECIMATED 1u
#define TAP_NOTCHED 2u
#define TAP_BANDS 4u
#define TAP_TOKENS 8u
#define TAP_CODES 16u

#define SOURCE_INJECTED 1u
#define SOURCE_SPI 2u
#define SOURCE_BRIDGE 4u

#define FAULT_NONE 0u
#define FAULT_KERNEL 1u
#define FAULT_MEMORY 2u
#define FAULT_CONVERTER_ID 3u
#define FAULT_CONVERTER_REGISTERS 4u
#define FAULT_CONVERTER_SILENT 5u
#define FAULT_CONVERTER_STATUS 6u
#define FAULT_CONVERTER_RESET 7u
#define FAULT_OVERRUN 8u
#define FAULT_WATCHDOG 9u
#define FAULT_CRASH 10u

/* Bytes of each payload, or of its fixed part. */
#define PAYLOAD_OPENING 4u
#define PAYLOAD_HELLO 73u
#define PAYLOAD_CONFIGURE 35u
#define PAYLOAD_START 6u
#define PAYLOAD_STATUS 79u
#define PAYLOAD_ERROR 7u
#define PAYLOAD_SAMPLES_HEADER 4u
#define PAYLOAD_CODES_HEADER 6u
#define PAYLOAD_TICK_HEADER 8u
#define PAYLOAD_TOKENS_HEADER 8u

#endif
