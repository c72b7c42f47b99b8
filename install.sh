#!/bin/sh
# Installs Shim from a release archive: checks its sum, unpacks it into a prefix, and can undo that.
set -eu
umask 022
LC_ALL=C
export LC_ALL

usage() {
    cat <<'END'
usage: install.sh [--prefix DIR] [ARCHIVE]
       install.sh --uninstall [--prefix DIR]

Installs a release archive (shim-VERSION-linux-MACHINE.tar.gz); root is not needed.

  --prefix DIR   Where to: DIR/bin, DIR/libexec/shim, DIR/share (default: ~/.local; for root /usr/local)
  --uninstall    Remove what was installed there and nothing else
  -h, --help     Print this help

Without ARCHIVE, the one beside this script is taken. Its sum must be in SHA256SUMS in the same folder.
Only the prefix is written to. Another version that is there is replaced; a file that somebody else put there never is.
END
}
say() { printf 'install.sh: %s\n' "$1" >&2; }
hint() { printf 'hint: %s\n' "$1" >&2; }
fail() {
    say "$1"
    [ $# -lt 2 ] || hint "$2"
    exit 1
}
usage_error() {
    say "$1"
    hint 'install.sh --help lists the options'
    exit 64
}

prefix='' archive='' uninstall=''
while [ $# -gt 0 ]; do
    case $1 in
    -h | --help) usage && exit 0 ;;
    --prefix)
        [ $# -gt 1 ] || usage_error "missing value for '--prefix DIR'"
        prefix=$2
        [ -n "$prefix" ] || usage_error "'' is not a value for --prefix"
        shift
        ;;
    --prefix=?*) prefix=${1#*=} ;;
    --uninstall) uninstall=yes ;;
    -*) usage_error "unknown option '$1'" ;;
    *)
        [ -z "$archive" ] || usage_error "one archive is installed, not two: '$archive' and '$1'"
        archive=$1
        ;;
    esac
    shift
done
if [ -z "$prefix" ]; then
    if [ "$(id -u)" = 0 ]; then
        prefix=/usr/local
    elif [ -n "${HOME:-}" ]; then
        prefix=$HOME/.local
    else
        fail 'HOME is not set, so there is no default prefix' 'name one: --prefix DIR'
    fi
fi
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
while [ "${prefix%/}" != "$prefix" ]; do prefix=${prefix%/}; done
case $archive in '' | /*) ;; *) archive=$PWD/$archive ;; esac
here=$(cd "$(dirname "$0")" && pwd)

# What is installed: a line 'SUM  FILE' for each file and '-  FOLDER/' for each folder that was made, relative to the prefix.
record=share/shim/installed

sum_of() {
    if command -v sha256sum >/dev/null 2>&1; then
        set -- "$(sha256sum <"$1")"
    elif command -v shasum >/dev/null 2>&1; then
        set -- "$(shasum -a 256 <"$1")"
    elif command -v openssl >/dev/null 2>&1; then
        set -- "$(openssl dgst -sha256 -r <"$1")"
    else
        fail 'cannot compute SHA-256: none of sha256sum, shasum and openssl is here' 'install one of them'
    fi
    printf '%s\n' "${1%% *}"
}

# is_ours FILE [RECORD]: whether FILE of the prefix is one of the record's and still what was installed.
is_ours() {
    [ -f "$prefix/$1" ] && [ ! -L "$prefix/$1" ] && [ -f "${2:-$prefix/$record}" ] || return 1
    grep -qxF "$(sum_of "$prefix/$1")  $1" "${2:-$prefix/$record}"
}

# remove RECORD [KEEP]: the files of a record, but for those that KEEP (a list of names) has and those that were changed.
remove() {
    while read -r sum name; do
        case $name in
        '' | /* | .. | ../* | */.. | */../*) fail "'$prefix/$record' is damaged: '$sum $name'" 'remove the files of Shim by hand' ;;
        */) continue ;;
        esac
        [ -e "$prefix/$name" ] || [ -L "$prefix/$name" ] || continue
        if [ $# -gt 1 ] && grep -qxF "$name" "$2"; then continue; fi
        if is_ours "$name" "$1"; then
            rm -f "$prefix/$name" || fail "cannot remove '$prefix/$name'"
        else
            say "'$prefix/$name' was changed since, so it stays"
        fi
    done <"$1"
}

# remove_folders RECORD: those that were made for Shim and are empty now, the deepest first.
remove_folders() {
    sed -n 's|^-  ||p' "$1" | sort -ru | while read -r name; do
        case $name in ./) name='' ;; esac
        rmdir "$prefix/$name" 2>/dev/null || :
    done
}

stage=''
trap 'status=$?; [ -z "$stage" ] || rm -rf "$stage"; exit $status' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
trap 'exit 129' HUP

if [ -n "$uninstall" ]; then
    [ -z "$archive" ] || usage_error '--uninstall takes no archive'
    [ -f "$prefix/$record" ] || fail "Shim is not installed in '$prefix' by install.sh" 'name the prefix that it was installed in: --prefix DIR'
    [ -w "$prefix/share/shim" ] || fail "cannot write to '$prefix'" 'run it as the user who installed it'
    stage=$(mktemp -d)
    cp "$prefix/$record" "$stage/installed"
    # The record goes last, so that an uninstallation that is cut off can be repeated.
    remove "$stage/installed"
    rm -f "$prefix/$record"
    remove_folders "$stage/installed"
    printf 'removed Shim from %s\n' "$prefix"
    exit 0
fi

# A small system has not all of them, and a pipe hides a command that is not there.
for tool in awk find gzip mktemp sed sort tar; do
    command -v "$tool" >/dev/null 2>&1 || fail "'$tool' is not installed" 'install it, or unpack the archive: its programs run from anywhere'
done
[ "$(uname -s)" = Linux ] || fail 'Shim runs on Linux only' "the release's container image runs elsewhere"
case $(uname -m) in
x86_64) machine=x86_64 ;;
aarch64 | arm64) machine=arm64 ;;
*) fail "there is no release for '$(uname -m)'" 'there is one for x86_64 and one for arm64' ;;
esac
if [ -z "$archive" ]; then
    for candidate in "$here"/shim-*-linux-"$machine".tar.gz; do
        [ -f "$candidate" ] || continue
        [ -z "$archive" ] || fail "more than one archive is beside install.sh" 'name the one to install: install.sh ARCHIVE'
        archive=$candidate
    done
    [ -n "$archive" ] || fail "there is no shim-VERSION-linux-$machine.tar.gz in '$here'" 'name the archive: install.sh ARCHIVE'
fi
[ -f "$archive" ] || fail "'$archive' does not exist or is not a file"
name=${archive##*/}
case $name in
shim-*-linux-"$machine".tar.gz) ;;
shim-*-linux-*.tar.gz) fail "'$archive' is for another machine; this one is $machine" "take shim-VERSION-linux-$machine.tar.gz" ;;
*) fail "'$archive' is not a release archive" "its name is shim-VERSION-linux-$machine.tar.gz" ;;
esac

# Before the name stand two spaces, or a space and an asterisk, as sha256sum writes them.
sums=${archive%/*}/SHA256SUMS
[ -f "$sums" ] || fail "there is no SHA256SUMS beside '$archive'" 'take both from the same release'
wanted=$(awk -v name="$name" '{ file = $2; sub(/^\*/, "", file) } file == name { print $1; exit }' "$sums")
[ -n "$wanted" ] || fail "'$sums' does not name '$name'" 'take both from the same release'
found=$(sum_of "$archive")
[ "$found" = "$wanted" ] || fail "'$archive' is damaged: its SHA-256 is $found, not $wanted" 'download it again'

[ -d "$prefix" ] || made_prefix=yes
mkdir -p "$prefix" 2>/dev/null && [ -w "$prefix" ] || fail "cannot write to '$prefix'" 'name a folder of your own: --prefix DIR'
# On the same file system, so that each file takes its place at once and a full disk changes nothing.
stage=$(mktemp -d "$prefix/.shim-install.XXXXXX") || fail "cannot write to '$prefix'"
undo_prefix() { [ -z "${made_prefix:-}" ] || { rm -rf "$stage" && rmdir "$prefix" 2>/dev/null; } || :; }
tar -xzf "$archive" -C "$stage" || { undo_prefix && fail "cannot unpack '$archive'"; }
tree=$stage/${name%.tar.gz}
[ -x "$tree/bin/shim-sim" ] || { undo_prefix && fail "'$archive' has no bin/shim-sim, so it is not a release archive"; }
version=$("$tree/bin/shim-sim" --version) || { undo_prefix && fail "the programs do not start in '$prefix'" 'is it on a file system that is mounted noexec?'; }

# The archive's folders, where the file system's standard has them.
place() {
    [ -e "$tree/$1" ] || return 0
    mkdir -p "$tree/${2%/*}"
    mv "$tree/$1" "$tree/$2"
}
mkdir -p "$tree/share/shim"
place man share/man/man1
place templates share/shim/templates
place completions/bash share/bash-completion/completions
place completions/zsh share/zsh/site-functions
place completions/fish share/fish/vendor_completions.d
rmdir "$tree/completions" 2>/dev/null || :
for file in LICENSE README.md CHANGELOG.md docs licenses sbom.spdx.json; do place "$file" "share/doc/shim/$file"; done

(cd "$tree" && find . ! -type d) | sed 's|^\./||' | sort >"$stage/files"
(cd "$tree" && find . -type d) | sed -n 's|^\./||p' | sort >"$stage/folders"
while read -r file; do
    if [ -e "$prefix/$file" ] || [ -L "$prefix/$file" ]; then
        is_ours "$file" || fail "'$prefix/$file' is not what install.sh put there, so it is not replaced" 'move it away, or take another prefix: --prefix DIR'
    fi
done <"$stage/files"

# All that may be there from now on is on record before it is there, what the version before brought as well.
{
    [ ! -f "$prefix/$record" ] || cat "$prefix/$record"
    [ -z "${made_prefix:-}" ] || printf -- '-  ./\n'
    while read -r folder; do
        [ -d "$prefix/$folder" ] || printf -- '-  %s/\n' "$folder"
    done <"$stage/folders"
} >"$stage/before"
while read -r file; do printf '%s  %s\n' "$(sum_of "$tree/$file")" "$file"; done <"$stage/files" >"$stage/sums"
while read -r folder; do
    [ -d "$prefix/$folder" ] || mkdir "$prefix/$folder" || fail "cannot write to '$prefix/$folder'"
done <"$stage/folders"
cat "$stage/before" "$stage/sums" >"$stage/installed"
mv -f "$stage/installed" "$prefix/$record"
# A rename, since a program that runs cannot be written to.
while read -r file; do
    mv -f "$tree/$file" "$prefix/$file" || fail "cannot write '$prefix/$file'" 'run install.sh once more, or with --uninstall'
done <"$stage/files"
grep -v '^-  ' "$stage/before" >"$stage/old" || :
remove "$stage/old" "$stage/files"
{
    grep '^-  ' "$stage/before" | sort -u || :
    cat "$stage/sums"
} >"$stage/installed"
mv -f "$stage/installed" "$prefix/$record"

printf 'installed Shim %s in %s: %s files in bin, libexec/shim and share\n' "${version##* }" "$prefix" "$(wc -l <"$stage/files" | tr -d ' ')"
case :${PATH:-}: in
*:"$prefix/bin":*) ;;
*) hint "add it to PATH: export PATH=\"$prefix/bin:\$PATH\"" ;;
esac
