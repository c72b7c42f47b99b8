#!/bin/sh
# {"bucket", "job", "inputs": [KEY...], "mapper", "reducers"}: counts the words of some objects. Each word belongs to one
# reducer, by a hash of its letters; the counts for reducer R go to JOB/map/MAPPER/R, "word<tab>count" a line.
. "$LAMBDA_TASK_ROOT/aws.sh"
fields bucket job inputs mapper reducers

# shellcheck disable=SC2086,SC2154 # Keys without spaces, one a word; 'fields' sets them.
get "$bucket" $inputs >"$WORK/input"
awk -v reducers="$reducers" -v folder="$WORK/" '
    BEGIN {
        for (code = 1; code < 256; code++) number[sprintf("%c", code)] = code
        for (reducer = 0; reducer < reducers; reducer++) printf "" >(folder reducer)
    }
    { for (field = 1; field <= NF; field++) count[$field]++ }
    END {
        for (word in count) {
            hash = 0
            for (place = 1; place <= length(word); place++) hash = (hash * 31 + number[substr(word, place, 1)]) % 65521
            print word "\t" count[word] >(folder hash % reducers)
        }
    }' "$WORK/input"
put "$bucket" "$job/map/$mapper" "$WORK/[0-$((reducers - 1))]"
printf '{"mapper":%s,"bytes":%s}' "$mapper" "$(wc -c <"$WORK/input")"
