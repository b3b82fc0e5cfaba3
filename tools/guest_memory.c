/* memcpy, memmove and memset of the guests.
 *
 * One instruction of Wasm's bulk memory cannot be interrupted: on 120 MiB that were never
 * touched it takes 55 ms. Here no instruction takes more than a mebibyte, and fuel, deadlines
 * and other tasks have their turn between two. A few bytes are copied without the instruction,
 * which leaves Wasm.
 *
 * guests.sh compiles this file alone with bulk memory, and all else without. */

#include <stddef.h>
#include <stdint.h>

#define SLICE ((size_t)1 << 20)

/* On AMD's Zen 3 and 4, `rep movsb` copies at a sixteenth of its speed if the destination is 1 to 15
 * bytes behind the source in their pages. The host's memmove uses it for 2 KiB and more, so that
 * such runs are copied in shorter slices. */
#define SHORT_SLICE ((size_t)1984)
#define PAGE ((uintptr_t)4096)

/* A page of the image that is read is mapped with the 64 KiB around it, all of which is looked at
 * when a slot is reset. What nearly every call uses follows this: the variables of the guest, and
 * what its heap begins with. */
__attribute__((aligned(65536), section(".data.here"), used)) static char here = 1;

typedef uint64_t __attribute__((aligned(1), may_alias)) word;
typedef uint32_t __attribute__((aligned(1), may_alias)) half;
typedef uint16_t __attribute__((aligned(1), may_alias)) quarter;

/* Everything is read before anything is written, so the two may overlap. */
static inline void copy_few(unsigned char *to, const unsigned char *from, size_t n)
{
    if (n >= 16) {
        word a = *(const word *)from, b = *(const word *)(from + 8);
        word c = *(const word *)(from + n - 16), d = *(const word *)(from + n - 8);
        *(word *)to = a;
        *(word *)(to + 8) = b;
        *(word *)(to + n - 16) = c;
        *(word *)(to + n - 8) = d;
    } else if (n >= 8) {
        word a = *(const word *)from, b = *(const word *)(from + n - 8);
        *(word *)to = a;
        *(word *)(to + n - 8) = b;
    } else if (n >= 4) {
        half a = *(const half *)from, b = *(const half *)(from + n - 4);
        *(half *)to = a;
        *(half *)(to + n - 4) = b;
    } else if (n >= 2) {
        quarter a = *(const quarter *)from, b = *(const quarter *)(from + n - 2);
        *(quarter *)to = a;
        *(quarter *)(to + n - 2) = b;
    } else if (n) {
        *to = *from;
    }
}

static inline void copy_32(unsigned char *to, const unsigned char *from)
{
    word a = *(const word *)from, b = *(const word *)(from + 8);
    word c = *(const word *)(from + 16), d = *(const word *)(from + 24);
    *(word *)to = a;
    *(word *)(to + 8) = b;
    *(word *)(to + 16) = c;
    *(word *)(to + 24) = d;
}

/* 33 to 128 bytes, such as most structures: leaving Wasm takes longer than copying them. */
static inline void copy_some(unsigned char *to, const unsigned char *from, size_t n)
{
    copy_32(to, from);
    if (n > 64) {
        copy_32(to + 32, from + 32);
        if (n > 96)
            copy_32(to + 64, from + 64);
    }
    copy_32(to + n - 32, from + n - 32);
}

static inline size_t slice_of(const unsigned char *to, const unsigned char *from)
{
    return ((uintptr_t)to - (uintptr_t)from) % PAGE - 1 < 15 ? SHORT_SLICE : SLICE;
}

static void copy_forwards(unsigned char *to, const unsigned char *from, size_t n)
{
    size_t slice = slice_of(to, from);
    for (; n > slice; to += slice, from += slice, n -= slice)
        __builtin_memmove(to, from, slice);
    __builtin_memmove(to, from, n);
}

static void copy_backwards(unsigned char *to, const unsigned char *from, size_t n)
{
    size_t slice = slice_of(to, from);
    for (; n > slice; n -= slice)
        __builtin_memmove(to + n - slice, from + n - slice, slice);
    __builtin_memmove(to, from, n);
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    if (n <= 32)
        copy_few(to, from, n);
    else if (n <= 128)
        copy_some(to, from, n);
    else
        copy_forwards(to, from, n);
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    if (n <= 32)
        copy_few(to, from, n);
    else if ((uintptr_t)to - (uintptr_t)from < n)
        copy_backwards(to, from, n);
    else
        copy_forwards(to, from, n);
    return to;
}

void *memset(void *at, int byte, size_t n)
{
    unsigned char *to = at;
    if (n <= 128 && n >= 8) {
        word bytes = (unsigned char)byte * 0x0101010101010101u;
        for (size_t i = 0; i < n - 8; i += 8)
            *(word *)(to + i) = bytes;
        *(word *)(to + n - 8) = bytes;
        return at;
    }
    for (; n > SLICE; to += SLICE, n -= SLICE)
        __builtin_memset(to, byte, SLICE);
    __builtin_memset(to, byte, n);
    return at;
}
