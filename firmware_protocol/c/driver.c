/* Test driver: commands on stdin, one a line, answers on stdout. See tests/firmware_protocol/test_c_codec.py.
 *   D hex    decode a frame, print it, encode it again
 *   S hex    push serial bytes, print completed frames
 *   C        print the stream's counters
 *   E hex    frame to serial bytes
 *   R seed n make n random packets, print and encode them
 *   B n      samples in a frame of n bytes
 */
#include "gaitnode.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 1 << 20 };

static void print_hex(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        printf("%02x", bytes[i]);
    }
}

static size_t parse_hex(const char *text, uint8_t *bytes)
{
    size_t n = 0;
    unsigned value;
    while (sscanf(text + 2 * n, "%2x", &value) == 1) {
        bytes[n++] = (uint8_t)value;
    }
    return n;
}

static uint64_t number_u8(gn_u8 value) { return value; }
static uint64_t number_u16(gn_u16 value) { return value; }
static uint64_t number_i16(gn_i16 value) { return (uint16_t)value; }
static uint64_t number_u32(gn_u32 value) { return value; }
static uint64_t number_u64(gn_u64 value) { return value; }
static uint64_t number_f32(gn_f32 value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static void print_packet(const gn_packet *packet)
{
    printf("type=%u compat=%u request=%u", packet->type, packet->compat, packet->request);
    switch (packet->type) {
#define PRINT(type, name) printf(" " #name "=%" PRIu64, number_##type(message->name));
#define CASE(code, message_name, fields)                            \
    case code: {                                                    \
        const gn_##message_name *message = &packet->as.message_name; \
        fields(PRINT) break;                                        \
    }
        GN_FIXED_MESSAGES(CASE)
    case GN_TYPE_DATA: {
        const gn_data *message = &packet->as.data;
        GN_DATA(PRINT)
        printf(" samples=");
        for (size_t i = 0; i < message->count; i++) {
            int16_t sample[GN_SAMPLE_AXES];
            gn_sample(message, i, sample);
            for (size_t axis = 0; axis < GN_SAMPLE_AXES; axis++) {
                printf("%d,", sample[axis]);
            }
        }
        break;
    }
    default:
        break;
    }
#undef CASE
#undef PRINT
    printf(" extensions=");
    print_hex(packet->extensions, packet->extension_bytes);
}

static void print_encoded(const gn_packet *packet)
{
    uint8_t frame[GN_MAX_FRAME_BYTES];
    size_t size = gn_encode(packet, frame, sizeof frame);
    printf(" frame=");
    print_hex(frame, size);
    printf("\n");
}

static uint32_t state = 1;

static uint64_t draw(void)
{
    uint64_t value = 0;
    for (int i = 0; i < 2; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        value = (value << 32) | state;
    }
    return value;
}

static gn_u8 draw_u8(void) { return (gn_u8)draw(); }
static gn_u16 draw_u16(void) { return (gn_u16)draw(); }
static gn_i16 draw_i16(void) { return (gn_i16)((int32_t)(draw() & 0xFFFFu) - 0x8000); }
static gn_u32 draw_u32(void) { return (gn_u32)draw(); }
static gn_u64 draw_u64(void) { return draw(); }
static gn_f32 draw_f32(void) { return (gn_f32)(draw() & 0xFFFFFFu) / 4096.0f + 1e-6f; }

static void print_random(void)
{
    static const uint8_t types[] = {
#define CASE(code, name, fields) code,
        GN_FIXED_MESSAGES(CASE)
#undef CASE
        GN_TYPE_GET_STATUS, GN_TYPE_DATA};
    uint8_t raw[GN_MAX_FRAME_BYTES], extension[2 + 20];
    gn_packet packet;
    memset(&packet, 0, sizeof packet);
    packet.type = types[draw() % sizeof types];
    packet.compat = draw_u8();
    packet.request = draw_u8();
    switch (packet.type) {
#define FILL(type, name) message->name = draw_##type();
#define CASE(code, message_name, fields)                      \
    case code: {                                              \
        gn_##message_name *message = &packet.as.message_name; \
        fields(FILL) break;                                   \
    }
        GN_FIXED_MESSAGES(CASE)
    case GN_TYPE_DATA: {
        gn_data *message = &packet.as.data;
        GN_DATA(FILL)
        message->count = (gn_u8)(1 + draw() % gn_batch_for(GN_MAX_FRAME_BYTES - sizeof extension));
        message->raw = raw;
        break;
    }
    default:
        break;
    }
    for (size_t i = 0; i < sizeof raw; i++) {
        raw[i] = draw_u8();
    }
    if (draw() % 2) {
        extension[0] = draw_u8();
        extension[1] = (uint8_t)(draw() % (sizeof extension - 1));
        memset(extension + 2, 0xA5, sizeof extension - 2);
        packet.extensions = extension;
        packet.extension_bytes = 2u + extension[1];
    }
    print_packet(&packet);
    print_encoded(&packet);
}

int main(void)
{
    static char line[LINE_BYTES];
    static uint8_t bytes[LINE_BYTES / 2];
    static gn_stream stream;
    while (fgets(line, sizeof line, stdin) != NULL) {
        size_t size = line[0] == 'D' || line[0] == 'S' || line[0] == 'E' ? parse_hex(line + 2, bytes) : 0;
        if (line[0] == 'D') {
            gn_packet packet;
            gn_refusal refusal = gn_decode(bytes, size, &packet);
            if (refusal == GN_OK) {
                print_packet(&packet);
                print_encoded(&packet);
            } else {
                printf("refused=%d type=%u request=%u\n", (int)refusal, packet.type, packet.request);
            }
        } else if (line[0] == 'S') {
            uint8_t frame[GN_MAX_FRAME_BYTES];
            for (size_t i = 0; i < size; i++) {
                size_t got = gn_stream_push(&stream, bytes[i], frame);
                if (got > 0) {
                    print_hex(frame, got);
                    printf("\n");
                }
            }
        } else if (line[0] == 'C') {
            printf("good=%" PRIu32 " encoding=%" PRIu32 " short=%" PRIu32 " long=%" PRIu32 " crc=%" PRIu32 "\n", stream.good,
                   stream.bad_encoding, stream.bad_short, stream.bad_long, stream.bad_crc);
        } else if (line[0] == 'E') {
            uint8_t out[GN_MAX_ENCODED_BYTES + 1];
            print_hex(out, gn_to_serial(bytes, size, out));
            printf("\n");
        } else if (line[0] == 'R') {
            char *end;
            state = (uint32_t)strtoul(line + 2, &end, 10) | 1u;
            for (unsigned long n = strtoul(end, NULL, 10); n > 0; n--) {
                print_random();
            }
        } else if (line[0] == 'B') {
            printf("%zu\n", gn_batch_for((size_t)strtoul(line + 2, NULL, 10)));
        }
    }
    return 0;
}
