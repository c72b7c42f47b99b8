#!/bin/sh
# precompile.sh ROOT: compiles the module with ROOT's Julia, at the place that it has in the image, into ./depot.
#
# Julia takes its cache for old where the path or the time of a source is another one than when it was made.
set -eu
root=$(realpath "$1")
here=$(dirname "$(realpath "$0")")
[ "$(id -u)" = 0 ] || user='--user --map-root-user'
# shellcheck disable=SC2086 # Words.
exec unshare ${user:-} --mount -- sh -ec '
    root=$1 here=$2
    mkdir -p "$root/var/task"
    for name in proc dev; do mount --rbind "/$name" "$root/$name"; done
    mount --bind "$here" "$root/var/task"
    JULIA_DEPOT_PATH=/var/task/depot exec chroot "$root" julia --startup-file=no -e '\''
        pushfirst!(LOAD_PATH, "/var/task"); using Epidemic'\''' sh "$root" "$here"
