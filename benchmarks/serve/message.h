// An HTTP/1.1 message in memory, as both programs here read it.
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// The length of the body once the message is complete, and where the body begins; -1 before. Chunks, as Go sends a long
// body, are put together in place. The bytes must be followed by a NUL.
static long message_length(char *bytes, size_t have, char **body) {
    char *end = strstr(bytes, "\r\n\r\n");
    if (end == NULL) return -1;
    *body = end + 4;
    char *field = strcasestr(bytes, "\r\ncontent-length:");
    if (field != NULL && field < end) {
        size_t length = strtoul(field + 17, NULL, 10);
        return have < (size_t)(*body - bytes) + length ? -1 : (long)length;
    }
    char *from = *body, *stop = bytes + have;
    if (have < 5 || memcmp(stop - 5, "0\r\n\r\n", 5) != 0) return -1;
    size_t length = 0;
    for (;;) {
        char *line = strstr(from, "\r\n");
        if (line == NULL) return -1;
        size_t size = strtoul(from, NULL, 16);
        if (size == 0) return (long)length;
        if (size + 4 > (size_t)(stop - line)) return -1;
        memmove(*body + length, line + 2, size);
        length += size;
        from = line + 4 + size;
    }
}
