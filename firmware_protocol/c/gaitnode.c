#include "gaitnode.h"

#include <string.h>

#define GN_OVERHEAD (GN_HEADER_BYTES + GN_CRC_BYTES)

uint16_t gn_crc16(const uint8_t *bytes, size_t size)
{
    uint16_t crc = 0xFFFFu;
    for (size_t i = 0; i < size; i++) {
        crc = (uint16_t)(crc ^ (uint16_t)((unsigned)bytes[i] << 8));
        for (int bit = 0; bit < 8; bit++) {
            unsigned shifted = (unsigned)crc << 1;
            crc = (uint16_t)((crc & 0x8000u) ? (shifted ^ 0x1021u) : shifted);
        }
    }
    return crc;
}

/* Little-endian integers of n bytes. */
static uint64_t get(const uint8_t *at, size_t n)
{
    uint64_t value = 0;
    for (size_t i = n; i > 0; i--) {
        value = (value << 8) | at[i - 1];
    }
    return value;
}

static void put(uint8_t *at, uint64_t value, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

static int16_t to_i16(uint64_t value)
{
    return (int16_t)(value < 0x8000u ? (int32_t)value : (int32_t)value - 0x10000);
}

#define GET_PUT_UNSIGNED(type)                                                        \
    static gn_##type get_##type(const uint8_t *at) { return (gn_##type)get(at, sizeof(gn_##type)); } \
    static void put_##type(uint8_t *at, gn_##type value) { put(at, value, sizeof(gn_##type)); }
GET_PUT_UNSIGNED(u8)
GET_PUT_UNSIGNED(u16)
GET_PUT_UNSIGNED(u32)
GET_PUT_UNSIGNED(u64)

static gn_i16 get_i16(const uint8_t *at) { return to_i16(get(at, 2)); }
static void put_i16(uint8_t *at, gn_i16 value) { put(at, (uint16_t)value, 2); }

static gn_f32 get_f32(const uint8_t *at)
{
    uint32_t bits = (uint32_t)get(at, 4);
    gn_f32 value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static void put_f32(uint8_t *at, gn_f32 value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    put(at, bits, 4);
}

/* Size, reader and writer of each layout; `at` runs along the payload. */
#define SIZE(type, name) + sizeof(gn_##type)
#define READ(type, name) to->name = get_##type(at); at += sizeof(gn_##type);
#define WRITE(type, name) put_##type(at, from->name); at += sizeof(gn_##type);
#define LAYOUT(code, name, fields)                                                                     \
    enum { name##_bytes = 0 fields(SIZE) };                                                            \
    static void read_##name(const uint8_t *at, gn_##name *to) { fields(READ) (void)at; }               \
    static void write_##name(uint8_t *at, const gn_##name *from) { fields(WRITE) (void)at; }
GN_FIXED_MESSAGES(LAYOUT)
LAYOUT(GN_TYPE_DATA, data, GN_DATA)

static bool positive(gn_f32 value)
{
    return value > 0.0f && value <= 3.402823466e+38f; /* false for NaN and infinity */
}

static bool sensible(const gn_packet *packet)
{
    if (packet->type == 0x82) {
        const gn_stream_info *info = &packet->as.stream_info;
        return positive(info->acc_scale) && positive(info->gyr_scale) && positive(info->acc_range_m_s2) &&
               positive(info->gyr_range_rad_s) && info->rate_mhz != 0 && info->batch != 0;
    }
    if (packet->type == GN_TYPE_DATA) {
        return packet->as.data.count != 0 && packet->as.data.period_us != 0;
    }
    return true;
}

static bool extensions_fit(const uint8_t *tail, size_t size)
{
    size_t at = 0;
    while (at < size) {
        if (size - at < 2 || size - at - 2 < tail[at + 1]) {
            return false;
        }
        at += 2u + tail[at + 1];
    }
    return true;
}

gn_frame_fault gn_check_frame(const uint8_t *frame, size_t size)
{
    if (size < GN_OVERHEAD) {
        return GN_FRAME_SHORT;
    }
    if (size > GN_MAX_FRAME_BYTES) {
        return GN_FRAME_LONG;
    }
    return gn_crc16(frame, size - GN_CRC_BYTES) == get(frame + size - GN_CRC_BYTES, GN_CRC_BYTES) ? GN_FRAME_OK
                                                                                                : GN_FRAME_CRC;
}

/* Reads the declared fields; the number of payload bytes used, or -1. */
static int read_message(const uint8_t *payload, size_t size, gn_packet *packet)
{
    switch (packet->type) {
#define CASE(code, name, fields)                     \
    case code:                                       \
        if (size < (size_t)name##_bytes) return -1;  \
        read_##name(payload, &packet->as.name);      \
        return name##_bytes;
        GN_FIXED_MESSAGES(CASE)
#undef CASE
    case GN_TYPE_GET_STATUS:
        return 0;
    default: { /* DATA: the caller has excluded unknown types */
        if (size < (size_t)data_bytes) {
            return -1;
        }
        read_data(payload, &packet->as.data);
        packet->as.data.raw = payload + data_bytes;
        size_t end = data_bytes + GN_SAMPLE_BYTES * (size_t)packet->as.data.count;
        return end <= size ? (int)end : -1;
    }
    }
}

static bool known(uint8_t type)
{
    switch (type) {
#define CASE(code, name, fields) case code:
        GN_FIXED_MESSAGES(CASE)
#undef CASE
    case GN_TYPE_GET_STATUS:
    case GN_TYPE_DATA:
        return true;
    default:
        return false;
    }
}

gn_refusal gn_decode(const uint8_t *frame, size_t size, gn_packet *packet)
{
    memset(packet, 0, sizeof *packet);
    if (gn_check_frame(frame, size) != GN_FRAME_OK) {
        return GN_BAD_FRAME;
    }
    packet->type = frame[0];
    packet->request = frame[3];
    if (frame[1] != 0) { /* version 1.0 knows no incompatible flag */
        return GN_UNKNOWN_FLAGS;
    }
    if (!known(packet->type)) {
        return GN_UNKNOWN_TYPE;
    }
    const uint8_t *payload = frame + GN_HEADER_BYTES;
    size_t payload_bytes = size - GN_OVERHEAD;
    int used = read_message(payload, payload_bytes, packet);
    if (used < 0 || !sensible(packet)) {
        return GN_MALFORMED;
    }
    packet->compat = frame[2];
    packet->extensions = payload + used;
    packet->extension_bytes = payload_bytes - (size_t)used;
    return extensions_fit(packet->extensions, packet->extension_bytes) ? GN_OK : GN_MALFORMED;
}

static size_t message_bytes(const gn_packet *packet)
{
    switch (packet->type) {
#define CASE(code, name, fields) \
    case code:                   \
        return name##_bytes;
        GN_FIXED_MESSAGES(CASE)
#undef CASE
    case GN_TYPE_DATA:
        return data_bytes + GN_SAMPLE_BYTES * (size_t)packet->as.data.count;
    default:
        return 0;
    }
}

size_t gn_encode(const gn_packet *packet, uint8_t *frame, size_t capacity)
{
    if (!known(packet->type) || !sensible(packet) || packet->extension_bytes > GN_MAX_FRAME_BYTES) {
        return 0;
    }
    size_t fields = message_bytes(packet);
    size_t size = GN_OVERHEAD + fields + packet->extension_bytes;
    if (size > GN_MAX_FRAME_BYTES || size > capacity) {
        return 0;
    }
    uint8_t *payload = frame + GN_HEADER_BYTES;
    frame[0] = packet->type;
    frame[1] = 0;
    frame[2] = packet->compat;
    frame[3] = packet->request;
    switch (packet->type) {
#define CASE(code, name, layout)                 \
    case code:                                   \
        write_##name(payload, &packet->as.name); \
        break;
        GN_FIXED_MESSAGES(CASE)
#undef CASE
    case GN_TYPE_DATA:
        write_data(payload, &packet->as.data);
        memcpy(payload + data_bytes, packet->as.data.raw, fields - data_bytes);
        break;
    default:
        break;
    }
    if (packet->extension_bytes > 0) {
        memcpy(payload + fields, packet->extensions, packet->extension_bytes);
    }
    put(frame + size - GN_CRC_BYTES, gn_crc16(frame, size - GN_CRC_BYTES), GN_CRC_BYTES);
    return size;
}

void gn_sample(const gn_data *data, size_t i, int16_t out[GN_SAMPLE_AXES])
{
    for (size_t axis = 0; axis < GN_SAMPLE_AXES; axis++) {
        out[axis] = get_i16(data->raw + GN_SAMPLE_BYTES * i + 2 * axis);
    }
}

size_t gn_batch_for(size_t max_frame)
{
    if (max_frame < GN_MIN_FRAME_BYTES) {
        return 0;
    }
    size_t usable = max_frame < GN_MAX_FRAME_BYTES ? max_frame : GN_MAX_FRAME_BYTES;
    return (usable - GN_OVERHEAD - data_bytes) / GN_SAMPLE_BYTES;
}

size_t gn_to_serial(const uint8_t *frame, size_t size, uint8_t *out)
{
    if (size > GN_MAX_FRAME_BYTES) {
        return 0;
    }
    size_t code_at = 0, at = 1;
    uint8_t run = 1; /* bytes in the present block, its code included */
    for (size_t i = 0; i < size; i++) {
        if (frame[i] != 0) {
            out[at++] = frame[i];
            run++;
        }
        if (frame[i] == 0 || (run == 0xFF && i + 1 < size)) {
            out[code_at] = run;
            code_at = at++;
            run = 1;
        }
    }
    out[code_at] = run;
    out[at++] = 0;
    return at;
}

/* COBS in place; the decoded size, or -1 if a block runs past the end. */
static int cobs_decode(uint8_t *piece, size_t size)
{
    size_t in = 0, out = 0;
    while (in < size) {
        size_t run = piece[in++];
        if (run - 1 > size - in) {
            return -1;
        }
        memmove(piece + out, piece + in, run - 1);
        out += run - 1;
        in += run - 1;
        if (run < 0xFF && in < size) {
            piece[out++] = 0;
        }
    }
    return (int)out;
}

static size_t finish_piece(gn_stream *stream, uint8_t *frame)
{
    int size = cobs_decode(stream->piece, stream->size);
    if (size < 0) {
        stream->bad_encoding++;
        return 0;
    }
    switch (gn_check_frame(stream->piece, (size_t)size)) {
    case GN_FRAME_SHORT:
        stream->bad_short++;
        return 0;
    case GN_FRAME_LONG:
        stream->bad_long++;
        return 0;
    case GN_FRAME_CRC:
        stream->bad_crc++;
        return 0;
    default:
        stream->good++;
        memcpy(frame, stream->piece, (size_t)size);
        return (size_t)size;
    }
}

size_t gn_stream_push(gn_stream *stream, uint8_t byte, uint8_t *frame)
{
    size_t size = 0;
    if (byte == 0) {
        if (stream->size > 0 && !stream->skipping) {
            size = finish_piece(stream, frame);
        }
        stream->size = 0;
        stream->skipping = false;
    } else if (stream->skipping) {
        return 0;
    } else if (stream->size == GN_MAX_ENCODED_BYTES) {
        stream->bad_long++;
        stream->skipping = true;
    } else {
        stream->piece[stream->size++] = byte;
    }
    return size;
}
