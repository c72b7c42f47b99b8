#!/bin/sh
# text.sh FOLDER MEGABYTES: writes so many files of 1 MB of words, the same each time. There are 20,000 words, the word of
# rank R about 1/R as often as the first, as in a language.
set -eu
mkdir -p "$1"
seq 0 1 | xargs -n 1 -P 2 env LC_ALL=C awk -v folder="$1" -v files="$2" '
    # A generator of all numbers below 65537 in turn, moved on from time to time.
    function draw() {
        if (++drawn % 5000 == 0) state += 4099
        return state = (state * 75 + 74) % slots
    }
    BEGIN {
        parts = split("ba be bi bo da de di do ka ke ki ko la le li lo ma me mi mo na ne ni no ra ré ri ro sa se si so", part, " ")
        words = 20000; slots = 65537
        for (slot = 0; slot < slots; slot++)
            for (rest = int(exp(slot / slots * log(words))); rest > 0; rest = int(rest / parts))
                word[slot] = word[slot] part[rest % parts + 1]
        for (file = ARGV[1]; file < files; file += 2) {
            # Four words at once are four times as fast.
            state = file
            for (number = 0; number < 4096; number++)
                phrase[number] = word[draw()] " " word[draw()] " " word[draw()] " " word[draw()]
            name = sprintf("%s/%03d", folder, file)
            for (left = 1000000; left > 0; left -= length(line) + 1) {
                line = phrase[draw() % 4096] " " phrase[draw() % 4096] " " phrase[draw() % 4096]
                if (length(line) >= left) line = substr(line, 1, left - 1)
                print line >name
            }
            close(name)
        }
    }'
