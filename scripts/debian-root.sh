#!/usr/bin/env bash
# debian-root.sh SUITE FOLDER [OPTION...]: makes FOLDER a bare Debian SUITE, if it is not there yet. The options go to
# debootstrap. Nothing but a whole root is ever at FOLDER, also where two make it at the same time.
#
# The mirror is the one that this machine's apt takes Debian itself from, whichever way its sources are written;
# DEBIAN_MIRROR names another one.
set -euo pipefail
fail() { echo "debian-root.sh: $1" >&2; exit "${2:-1}"; }

(($# >= 2)) || fail 'usage: debian-root.sh SUITE FOLDER [OPTION...]' 64
suite=$1 folder=$2
shift 2
[[ ! -d $folder ]] || exit 0
command -v debootstrap >/dev/null || fail "missing 'debootstrap': apt-get install debootstrap"

# From apt itself. Right after the installation of a system it has fetched no index, and knows addresses without origins.
mirror=${DEBIAN_MIRROR:-}
for format in '$(LABEL) $(REPO_URI)' 'Debian $(REPO_URI)'; do
    [[ -n $mirror ]] || mirror=$(apt-get indextargets --format "$format" 'Created-By: Packages' 2>/dev/null |
        awk '$1 == "Debian" && $2 !~ /security/ { print $2; exit }')
done
[[ -n $mirror ]] || fail 'apt has no source of Debian; set DEBIAN_MIRROR'

making=$(mktemp -d "$folder.XXXXXX")
trap 'rm -rf --one-file-system "$making"' EXIT
chmod 755 "$making"
debootstrap "$@" "$suite" "$making" "$mirror" >"$making.log" 2>&1 || {
    tail -5 "$making.log" >&2
    rm -f "$making.log"
    fail "debootstrap of $suite from $mirror failed"
}
rm -f "$making.log"
# Another one may have been faster.
mv -T --no-clobber "$making" "$folder" 2>/dev/null || [[ -d $folder ]]
