#!/usr/bin/env bash
# examples.sh [--update] [NAME...]: runs the session in the README of each example of examples/, or of those named, and fails
# where anything is not as it stands there. --update writes what was printed into the README, and the pictures that were made
# beside it.
#
# On a Debian machine it installs what the examples need (as root). The programs are those of .build/release, which it builds
# where they are not there; SHIM_BIN names another folder. What takes long to make, Julia's root, stays in .build/examples.
# As root each session has a network of its own: nothing is reached but what the session starts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
fail() { echo "examples.sh: $1" >&2; exit "${2:-1}"; }

update=()
names=()
for word; do
    case $word in
    --update) update=(--update) ;;
    -*) fail "'$word' is not an option" 64 ;;
    *) [[ -f examples/$word/README.md ]] || fail "there is no example '$word'" 64; names+=("$word") ;;
    esac
done
if ((${#names[@]} == 0)); then
    for readme in examples/*/README.md; do names+=("$(basename "$(dirname "$readme")")"); done
fi

# Debian's packages: for all, and for each.
needs() {
    case $1 in
    all) echo zip unzip curl jq binutils util-linux iproute2 python3 python3-venv ;;
    haskell-matrix) echo ghc libghc-hmatrix-dev libghc-aeson-dev ;;
    r-layer) echo r-base-core r-cran-jsonlite r-cran-data.table ;;
    r-api) echo r-base-core r-cran-jsonlite ;;
    julia-image) echo debootstrap debian-archive-keyring ;;
    map-reduce) echo mawk ca-certificates ;;
    *) fail "what does '$1' need? say it in scripts/examples.sh" ;;
    esac
}
missing=()
for name in all "${names[@]}"; do
    for package in $(needs "$name"); do
        [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == *' installed' ]] || missing+=("$package")
    done
done
if ((${#missing[@]})); then
    ((EUID == 0)) || fail "not root; install first: apt-get install ${missing[*]}"
    echo "examples.sh: installing ${missing[*]}" >&2
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=900 install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null
fi
. scripts/python-tools.sh

export SHIM_BIN=${SHIM_BIN:-$PWD/.build/release}
for program in shim shim-pack shim-sim shim-deploy; do
    [[ -x $SHIM_BIN/$program ]] || { swift build -c release -Xswiftc -warnings-as-errors; break; }
done
export EXAMPLES_CACHE=$PWD/.build/examples
mkdir -p "$EXAMPLES_CACHE"

# The session is told nothing of its user's account.
for name in $(compgen -e AWS_) $(compgen -e SHIM_ | grep -v '^SHIM_BIN$'); do unset "$name"; done
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_EC2_METADATA_DISABLED=true AWS_PAGER=
export LC_ALL=C.UTF-8

alone=()
if ((EUID == 0)); then alone=(unshare --net sh -c 'ip link set lo up && exec "$@"' sh); fi
failed=()
for name in "${names[@]}"; do
    echo "== $name"
    # The session would make it itself, if it had a network.
    if [[ $name == julia-image ]]; then
        scripts/debian-root.sh bullseye "$EXAMPLES_CACHE/bullseye" --variant=minbase --include=julia
    fi
    began=$SECONDS
    "${alone[@]}" scripts/session.py "${update[@]}" "examples/$name/README.md" || failed+=("$name")
    echo "== $name: $((SECONDS - began)) s"
done
((${#failed[@]} == 0)) || fail "not as the README has it: ${failed[*]}"
