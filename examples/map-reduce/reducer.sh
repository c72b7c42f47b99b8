#!/bin/sh
# {"bucket", "job", "reducer", "mappers"}: adds up what all mappers counted for one reducer, into JOB/reduce/REDUCER.
. "$LAMBDA_TASK_ROOT/aws.sh"
# shellcheck disable=SC2154 # Set by 'fields'.
fields bucket job reducer mappers

get "$bucket" "$job/map/[0-$((mappers - 1))]/$reducer" >"$WORK/counts"
awk -F '\t' '{ count[$1] += $2 } END { for (word in count) print word "\t" count[word] }' "$WORK/counts" |
    LC_ALL=C sort >"$WORK/$reducer"
put "$bucket" "$job/reduce" "$WORK/$reducer"
printf '{"reducer":%s,"words":%s}' "$reducer" "$(wc -l <"$WORK/$reducer")"
