#!/bin/sh
# {"bucket", "job", "inputs": [KEY...], "mappers", "reducers", "concurrency"}: deals the inputs out to the mappers, invokes
# them, CONCURRENCY at once, then the reducers. A call that fails is tried again, after 1, 2, 4 and 8 s; the log says which and
# why, the response how many.
#
# It starts itself for each call: driver.sh FUNCTION NUMBER, with line NUMBER of $WORK/FUNCTION as the event.
. "$LAMBDA_TASK_ROOT/aws.sh"

if [ $# = 2 ]; then
    call=$WORK/$1.$2
    sed -n "$2p" "$WORK/$1" >"$call.event"
    for try in 1 2 3 4 5; do
        if invoke "$1" "$call.event" "$call.response" 2>"$call.problem"; then
            echo "$try" >"$call.tries"
            exit 0
        fi
        printf '%s %s, try %s: %s\n' "$1" "$(($2 - 1))" "$try" "$(cat "$call.response" "$call.problem" 2>/dev/null)" >&2
        rm -f "$call.response"
        [ "$try" = 5 ] || sleep $((1 << (try - 1)))
    done
    exit 1
fi

fields concurrency mappers reducers
jq -c '. as $job | range(.mappers) as $mapper | {bucket, job, mapper: $mapper, reducers, inputs:
    [.inputs | to_entries[] | select(.key % $job.mappers == $mapper) | .value]}' "$WORK/event" >"$WORK/mapper"
jq -c 'range(.reducers) as $reducer | {bucket, job, reducer: $reducer, mappers}' "$WORK/event" >"$WORK/reducer"

export WORK
for function in mapper reducer; do
    seq "$(wc -l <"$WORK/$function")" | xargs -n 1 -P "$concurrency" "$LAMBDA_TASK_ROOT/driver.sh" "$function" || {
        echo "not all calls of $function succeeded" >&2
        exit 1
    }
done
cat "$WORK"/mapper.*.response "$WORK"/reducer.*.response | jq -cs --argjson retried \
    "$(cat "$WORK"/*.tries | awk '{ tries += $1 - 1 } END { print tries + 0 }')" '{
        mappers: map(select(.mapper)) | length, bytes: map(.bytes // 0) | add,
        reducers: map(select(.reducer)) | length, words: map(.words // 0) | add, retried: $retried}'
