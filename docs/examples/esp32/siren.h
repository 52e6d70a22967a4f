/* Decides whether a siren relay moves. Plain C99; no allocation, no library.
 *
 * A message is JSON whose last key is "sig": Ed25519 over the message in which everything
 * from the last ,"sig":" on is replaced by } (docs/mqtt.md).
 */
#ifndef TOCSIN_SIREN_H
#define TOCSIN_SIREN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef enum { SIREN_KEEP = 0, SIREN_ON = 1, SIREN_OFF = 2 } siren_move;

/* Verifies 64 bytes of signature over a message with the key that was built in. */
typedef bool (*siren_verify)(const uint8_t *signature, const uint8_t *message, size_t length);

typedef struct {
    const char *area;      /* the code of the area that this siren serves */
    uint64_t last_n;       /* highest number seen; keep it in flash, store it whenever it has changed */
    siren_verify verify;
} siren;

#define SIREN_MARK ",\"sig\":\""
#define SIREN_LONGEST 2048
#define SIREN_LATE_MS 120000u

static int siren_base64_digit(char c) {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    if (c == '+') return 62;
    if (c == '/') return 63;
    return -1;
}

/* 88 characters of base64 to 64 bytes. */
static bool siren_base64(const char *text, uint8_t *out) {
    uint32_t held = 0;
    int bits = 0, made = 0;
    for (int i = 0; i < 86; i++) {
        int digit = siren_base64_digit(text[i]);
        if (digit < 0) return false;
        held = (held << 6) | (uint32_t)digit;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            if (made < 64) out[made++] = (uint8_t)(held >> bits);
        }
    }
    return made == 64 && (held & 0x0f) == 0 && text[86] == '=' && text[87] == '=';
}

/* Points behind "key": in a message that ends at end; NULL where there is none. */
static const char *siren_find(const char *from, const char *end, const char *key) {
    size_t length = strlen(key);
    for (const char *at = from; at + length <= end; at++)
        if (memcmp(at, key, length) == 0) return at + length;
    return NULL;
}

static bool siren_is(const char *at, const char *end, const char *text) {
    size_t length = strlen(text);
    return at != NULL && at + length < end && memcmp(at, text, length) == 0 && at[length] == '"';
}

static siren_move siren_wants(const char *state, const char *end) {
    if (siren_is(state, end, "ACTIVE") || siren_is(state, end, "PARTLY")) return SIREN_ON;
    if (siren_is(state, end, "CLEAR")) return SIREN_OFF;
    return SIREN_KEEP; /* STALE, UNKNOWN, NOT_COVERED, and words that we don't know yet */
}

/* Judges one message. now_ms: milliseconds since 1970, 0 while the clock isn't set. */
static siren_move siren_judge(siren *s, const uint8_t *payload, size_t length, uint64_t now_ms) {
    static uint8_t body[SIREN_LONGEST];
    uint8_t signature[64];
    const size_t mark = strlen(SIREN_MARK), tail = mark + 88 + 2; /* mark, base64, "} */
    if (length <= tail || length > SIREN_LONGEST) return SIREN_KEEP;
    const char *text = (const char *)payload, *cut = text + length - tail;
    if (memcmp(cut, SIREN_MARK, mark) != 0 || memcmp(text + length - 2, "\"}", 2) != 0) return SIREN_KEEP;
    if (!siren_base64(cut + mark, signature)) return SIREN_KEEP;
    size_t size = (size_t)(cut - text);
    memcpy(body, payload, size);
    body[size++] = '}';
    if (!s->verify(signature, body, size)) return SIREN_KEEP;

    const char *from = (const char *)body, *end = from + size;
    if (!siren_is(siren_find(from, end, "\"area\":\""), end, s->area)) return SIREN_KEEP;
    const char *digits = siren_find(from, end, "\"n\":");
    uint64_t n = 0;
    if (digits == NULL) return SIREN_KEEP;
    for (; digits < end && *digits >= '0' && *digits <= '9'; digits++) n = n * 10 + (uint64_t)(*digits - '0');
    if (n <= s->last_n) return SIREN_KEEP;
    if (now_ms != 0 && n + SIREN_LATE_MS < now_ms) return SIREN_KEEP;
    siren_move move = siren_wants(siren_find(from, end, "\"state\":\""), end);
    s->last_n = n;
    return move;
}

#endif
