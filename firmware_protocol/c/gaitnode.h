/* Reference codec of the node protocol, version 1.0. PROTOCOL.md is the norm; this file follows it.
 *
 * C99, no heap, no global state, no dependence on byte order or struct padding. A pointer in a decoded packet points
 * into the frame it was decoded from and lives as long as that.
 */
#ifndef GAITNODE_H
#define GAITNODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GN_MAJOR 1
#define GN_MINOR 0
#define GN_HEADER_BYTES 4u
#define GN_CRC_BYTES 2u
#define GN_MIN_FRAME_BYTES 62u  /* ATT MTU 65 */
#define GN_MAX_FRAME_BYTES 512u
#define GN_MAX_ENCODED_BYTES 515u /* COBS, without the delimiter */
#define GN_SAMPLE_BYTES 12u
#define GN_SAMPLE_AXES 6u /* acc x y z, gyr x y z */
#define GN_MISSING_RAW INT16_MIN
#define GN_COMPAT_BACKFILL 0x01u

typedef uint8_t gn_u8;
typedef int16_t gn_i16;
typedef uint16_t gn_u16;
typedef uint32_t gn_u32;
typedef uint64_t gn_u64;
typedef float gn_f32; /* IEEE 754 binary32 */

/* The layouts: F(wire type, field) in wire order, without padding. */
#define GN_HELLO(F) F(u8, major) F(u8, minor) F(u16, max_frame)
#define GN_CONFIG(F) F(u16, rate_hz) F(u8, acc_range_g) F(u16, gyr_range_deg_s) F(u8, batch)
#define GN_START(F) F(u32, session)
#define GN_STOP(F) F(u32, session)
#define GN_TIME_PING(F) F(u64, host_ns)
#define GN_GET_RANGE(F) F(u32, session) F(u32, first) F(u32, count)
#define GN_LED(F) F(u8, pattern) F(u8, duration_s)
#define GN_SET_ROLE(F) F(u8, role)
#define GN_HELLO_REPLY(F) \
    F(u8, major) F(u8, minor) F(u8, role) F(u8, state) F(u64, serial) F(u32, boot_id) F(u32, session) \
    F(u64, device_time_us) F(u16, max_frame) F(u16, capabilities) F(u8, firmware_major) F(u8, firmware_minor) \
    F(u8, firmware_patch)
#define GN_STREAM_INFO(F) \
    F(u32, rate_mhz) F(f32, acc_scale) F(f32, gyr_scale) F(f32, acc_range_m_s2) F(f32, gyr_range_rad_s) \
    F(u32, ring_samples) F(u8, batch)
#define GN_STARTED(F) F(u32, session) F(u32, boot_id) F(u64, device_time_us) F(u32, next_counter) F(u32, oldest_counter)
#define GN_STOPPED(F) F(u32, session) F(u32, next_counter) F(u32, oldest_counter)
#define GN_NODE_STATUS(F) \
    F(u8, state) F(u8, battery_pct) F(i16, temperature_centi_deg_c) F(u32, uptime_s) F(u32, next_counter) \
    F(u32, oldest_counter) F(u32, unsent_frames) F(u32, bad_frames)
#define GN_TIME_PONG(F) F(u64, host_ns) F(u64, received_us) F(u64, sent_us)
#define GN_RANGE_DONE(F) F(u32, session) F(u32, first) F(u32, count)
#define GN_RANGE_GONE(F) F(u32, session) F(u32, oldest_counter)
#define GN_RESULT(F) F(u8, of_type) F(u8, status) F(u32, detail)
#define GN_DATA(F) F(u32, counter) F(u32, time_us) F(u16, period_us) F(u8, count)

/* Every message with fields and nothing behind them: M(type code, name, layout). GET_STATUS has no fields, DATA has more. */
#define GN_FIXED_MESSAGES(M) \
    M(0x01, hello, GN_HELLO) M(0x02, config, GN_CONFIG) M(0x03, start, GN_START) M(0x04, stop, GN_STOP) \
    M(0x06, time_ping, GN_TIME_PING) M(0x07, get_range, GN_GET_RANGE) M(0x08, led, GN_LED) M(0x09, set_role, GN_SET_ROLE) \
    M(0x81, hello_reply, GN_HELLO_REPLY) M(0x82, stream_info, GN_STREAM_INFO) M(0x83, started, GN_STARTED) \
    M(0x84, stopped, GN_STOPPED) M(0x85, node_status, GN_NODE_STATUS) M(0x86, time_pong, GN_TIME_PONG) \
    M(0x87, range_done, GN_RANGE_DONE) M(0xC7, range_gone, GN_RANGE_GONE) M(0xFF, result, GN_RESULT)
#define GN_TYPE_GET_STATUS 0x05
#define GN_TYPE_DATA 0xC0

#define GN_FIELD_(type, name) gn_##type name;
#define GN_STRUCT_(code, name, layout) typedef struct { layout(GN_FIELD_) } gn_##name;
GN_FIXED_MESSAGES(GN_STRUCT_)

typedef struct {
    GN_DATA(GN_FIELD_)
    const uint8_t *raw; /* count * GN_SAMPLE_BYTES */
} gn_data;

#define GN_MEMBER_(code, name, layout) gn_##name name;
typedef struct {
    uint8_t type;
    uint8_t compat;
    uint8_t request;
    const uint8_t *extensions; /* tag, length, value records */
    size_t extension_bytes;
    union {
        GN_FIXED_MESSAGES(GN_MEMBER_)
        gn_data data;
    } as;
} gn_packet;
#undef GN_FIELD_
#undef GN_STRUCT_
#undef GN_MEMBER_

typedef enum { GN_FRAME_OK, GN_FRAME_SHORT, GN_FRAME_LONG, GN_FRAME_CRC } gn_frame_fault;
typedef enum { GN_OK, GN_BAD_FRAME, GN_UNKNOWN_TYPE, GN_UNKNOWN_FLAGS, GN_MALFORMED } gn_refusal;

/* CRC-16/CCITT-FALSE: "123456789" gives 0x29B1. */
uint16_t gn_crc16(const uint8_t *bytes, size_t size);

/* Length and CRC of a received frame. */
gn_frame_fault gn_check_frame(const uint8_t *frame, size_t size);

/* A frame to a packet. On refusal only type and request of the packet are set, and those only if the frame is good. */
gn_refusal gn_decode(const uint8_t *frame, size_t size, gn_packet *packet);

/* A packet to a frame of at most GN_MAX_FRAME_BYTES; its size, or 0 if it makes no sense or does not fit. */
size_t gn_encode(const gn_packet *packet, uint8_t *frame, size_t capacity);

/* Sample i of a DATA message. */
void gn_sample(const gn_data *data, size_t i, int16_t out[GN_SAMPLE_AXES]);

/* How many samples a DATA frame of this size holds; 0 if the link is too narrow for the protocol. */
size_t gn_batch_for(size_t max_frame);

/* A frame to serial bytes with the closing delimiter; out takes GN_MAX_ENCODED_BYTES + 1. Returns the size, 0 if too long. */
size_t gn_to_serial(const uint8_t *frame, size_t size, uint8_t *out);

/* Serial bytes to frames. Start from {0}. */
typedef struct {
    uint8_t piece[GN_MAX_ENCODED_BYTES];
    size_t size;
    bool skipping;
    uint32_t good, bad_encoding, bad_short, bad_long, bad_crc;
} gn_stream;

/* One byte in. Returns the size of the frame it completed, written to frame[GN_MAX_FRAME_BYTES], or 0. */
size_t gn_stream_push(gn_stream *stream, uint8_t byte, uint8_t *frame);

#endif
