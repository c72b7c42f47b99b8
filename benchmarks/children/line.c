// line START EACH: a program that starts for so many milliseconds and works for so many at each line of standard input,
// which it writes to standard output.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    useconds_t start = argc > 1 ? (useconds_t)atoi(argv[1]) * 1000 : 0;
    useconds_t each = argc > 2 ? (useconds_t)atoi(argv[2]) * 1000 : 0;
    if (start) usleep(start);
    char *line = NULL;
    size_t room = 0;
    for (ssize_t n; (n = getline(&line, &room, stdin)) > 0;) {
        if (each) usleep(each);
        fwrite(line, 1, (size_t)n, stdout);
        fflush(stdout);
    }
}
