# S3 and Lambda by curl alone, for the three functions. The credentials are the function's own; they go to curl on its
# standard input, so that no argument shows them. AWS_ENDPOINT_URL_S3 and AWS_ENDPOINT_URL_LAMBDA are the SDKs' variables for
# another place than AWS.
set -eu
region=${AWS_REGION:-us-east-1}
s3=${AWS_ENDPOINT_URL_S3:-https://s3.$region.amazonaws.com}
lambda=${AWS_ENDPOINT_URL_LAMBDA:-https://lambda.$region.amazonaws.com}

# aws SERVICE ARGUMENT...: signed requests, in one run of curl; fails on a status of 400 and more.
aws() {
    service=$1
    shift
    {
        printf 'user = "%s:%s"\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY"
        [ -z "${AWS_SESSION_TOKEN:-}" ] || printf 'header = "x-amz-security-token: %s"\n' "$AWS_SESSION_TOKEN"
    } | curl --config - --silent --show-error --fail --fail-early --retry 3 --aws-sigv4 "aws:amz:$region:$service" "$@"
}
# get BUCKET KEY...: objects, one after the other, on standard output. A key may have curl's ranges: out/[0-3].
get() {
    bucket=$1
    shift
    for key; do
        set -- "$@" "$s3/$bucket/$key"
        shift
    done
    aws s3 --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "$@"
}
# put BUCKET PREFIX FILE: an object of the file's name. A file may have curl's ranges.
put() {
    aws s3 --header 'x-amz-content-sha256: UNSIGNED-PAYLOAD' --upload-file "$3" "$s3/$1/$2/" >/dev/null
}
# invoke FUNCTION EVENT RESPONSE: the event and the response are files. Fails where the function does.
invoke() {
    aws lambda --max-time 900 --header 'content-type: application/json' --data-binary "@$2" --output "$3" \
        --dump-header "$3.headers" "$lambda/2015-03-31/functions/$1/invocations" &&
        ! grep -qi '^x-amz-function-error:' "$3.headers"
}
# fields NAME...: sets variables to the event's members of these names; fails where one is missing. A list becomes words.
fields() {
    values=$(jq -r '. as $event | $ARGS.positional[] | . as $name | $event[$name] // error("the event has no \($name)") |
        "\($name)=\(if type == "array" then join(" ") else . end | @sh)"' --args "$@" <"$WORK/event")
    eval "$values"
}

# A folder for the event and what is made on the way. SHIM_TMPDIR=private removes it after the event, whatever happens.
WORK=${WORK:-$TMPDIR}
[ -e "$WORK/event" ] || cat >"$WORK/event"
