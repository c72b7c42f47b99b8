#!/usr/bin/env bash
# Tries a release of the programs that were built (default: .build/release): archive, installation, use without Swift, hostile
# inputs, removal. Needs zip, unzip, dash, busybox, openssl and, as root, setpriv.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
programs=$(cd "${1:-.build/release}" && pwd)
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
chmod 755 "$folder"
die() {
    printf 'try-release.sh: %s\n' "$*" >&2
    exit 1
}

# same WHAT FOUND WANTED
same() { [[ $2 == "$3" ]] || die "$1: '$2', not '$3'"; }

# refused STATUS MESSAGE COMMAND...: the command must fail so and say so, on standard error and on no more lines than that.
refused() {
    local status=0 said
    said=$("${@:3}" 2>&1 >"$folder/out") || status=$?
    same "status of ${*:3}" "$status" "$1"
    same "message of ${*:3}" "$said" "$2"
    [[ ! -s $folder/out ]] || die "${*:3} wrote on standard output: $(<"$folder/out")"
}

# tree FOLDER: all there is in it, with modes.
tree() { (cd "$1" && find . -printf '%M %p %l\n' | sort); }

scripts/release.sh --from-build "$programs" --output "$folder/release" >"$folder/sums"
archives=("$folder"/release/shim-*.tar.gz)
archive=${archives[0]} name=${archives[0]##*/}
machine=${name##*-linux-} machine=${machine%.tar.gz}
(cd "$folder/release" && sha256sum --quiet -c SHA256SUMS)
tar -tzf "$archive" >"$folder/names"
for wanted in bin/shim{,-sim,-pack,-deploy} libexec/shim/echo man/shim-pack.1 completions/zsh/_shim-sim LICENSE licenses/glibc.txt \
    licenses/swift-runtime.txt templates/bootstrap.tmpl templates/languages/r.recipe README.md docs/deploy.md sbom.spdx.json; do
    grep -qxF "${name%.tar.gz}/$wanted" "$folder/names" || die "the archive lacks $wanted"
done

# Somebody who has only a POSIX system; 'sh' is each of the shells in turn.
mkdir -p "$folder/home" "$folder/path/dash" "$folder/path/busybox"
ln -s "$(command -v dash)" "$folder/path/dash/sh"
ln -s "$(command -v busybox)" "$folder/path/busybox/sh"
person() { bare=(/usr/bin/env -i "HOME=$folder/home" "PATH=$folder/path/$1:/usr/bin:/bin" LC_ALL=C.UTF-8); }

# A prefix behind a link, with spaces and marks in its name, that has other files already.
prefix="$folder/a prefix of \$HOME's; [x]"
mkdir -p "$prefix/bin" "$prefix/share"
echo mine >"$prefix/bin/mine"
ln -s "$prefix" "$folder/link"
tree "$prefix" >"$folder/before"

# The whole archive: installed, used, removed.
person dash
said=$("${bare[@]}" sh "$folder/release/install.sh" --prefix "$folder/link/" 2>&1)
[[ $said == "installed Shim "*" in $folder/link: "*$'\n'"hint: add it to PATH: export PATH=\"$folder/link/bin:\$PATH\"" ]] ||
    die "install.sh said: $said"
(
    cd "$folder"
    run=("${bare[@]}" "PATH=$prefix/bin:/usr/bin:/bin")
    same 'shim-sim' "$("${run[@]}" shim-sim run --quiet /usr/bin/wc -d '{"a":1}' -- -c)" 7
    same 'the sample' "$("${run[@]}" shim-sim 2>/dev/null)" '{"message":"Hello from shim-sim","numbers":[1,2,3]}'
    same 'shim-pack' "$("${run[@]}" shim-pack -o wc.zip --test '{"a":1}' /usr/bin/wc -- -c 2>/dev/null)" 7
    "${run[@]}" shim-deploy --help | grep -q '^usage: shim-deploy' || die "shim-deploy --help"
    printf '#!/bin/sh\nwc -c\n' >function.sh && chmod +x function.sh && zip -q function.zip function.sh
    same 'the layer' 7 "$("${run[@]}" shim-sim run --quiet function.zip --handler function.sh \
        --layer "$folder/release/shim-layer-$machine.zip" -d '{"a":1}')"
)
said=$("${bare[@]}" sh "$folder/release/install.sh" --uninstall --prefix "$prefix")
same 'uninstalled' "$said" "removed Shim from $prefix"
same 'after it' "$(tree "$prefix")" "$(<"$folder/before")"

# The rest of install.sh, with an archive of the same form that has little in it.
small=$folder/small name=shim-1.0.0-linux-$machine
mkdir -p "$small" "$folder/$name"/{bin,man,templates,completions/zsh}
printf '#!/bin/sh\necho shim-sim 1.0.0\n' >"$folder/$name/bin/shim-sim"
cp "$folder/$name/bin/shim-sim" "$folder/$name/bin/shim" && chmod 755 "$folder/$name"/bin/*
for file in README.md LICENSE man/shim-sim.1 templates/bootstrap.tmpl completions/zsh/_shim-sim; do echo text >"$folder/$name/$file"; done
name=$name.tar.gz
archive=$small/$name
tar -C "$folder" -czf "$archive" "${name%.tar.gz}"
cp "$folder/release/install.sh" "$small/"
(cd "$small" && sha256sum "$name" >SHA256SUMS)

# A system with few commands: one that is needed is missing, then none that computes a sum is there, then only OpenSSL's.
mkdir "$folder/few"
for tool in sh awk cat cp cut dirname env find grep gzip id ls mkdir mktemp mv rm rmdir sed sort tar tr uname wc; do
    ln -s "$(command -v "$tool")" "$folder/few/$tool"
done
few=(/usr/bin/env -i "HOME=$folder/home" "PATH=$folder/few" LC_ALL=C.UTF-8 sh "$small/install.sh" --prefix "$folder/few prefix")
rm "$folder/few/find"
refused 1 "install.sh: 'find' is not installed
hint: install it, or unpack the archive: its programs run from anywhere" "${few[@]}"
ln -s "$(command -v find)" "$folder/few/find"
refused 1 'install.sh: cannot compute SHA-256: none of sha256sum, shasum and openssl is here
hint: install one of them' "${few[@]}"
[[ ! -e "$folder/few prefix" ]] || die "a failed installation left '$folder/few prefix'"
ln -s "$(command -v openssl)" "$folder/few/openssl"
"${few[@]}" >"$folder/out" 2>&1
same 'installed with few commands' "$("$folder/few prefix/bin/shim-sim")" 'shim-sim 1.0.0'
"${few[@]}" --uninstall >"$folder/out"
[[ ! -e "$folder/few prefix" ]] || die "the prefix '$folder/few prefix' was left"

for shell in dash busybox; do
    person "$shell"
    install=("${bare[@]}" sh "$small/install.sh")
    "${install[@]}" --prefix "$prefix" >"$folder/out" 2>&1
    tree "$prefix" >"$folder/installed"

    # The same again, and a version before it that had another file.
    echo old >"$prefix/bin/shim-old"
    printf '%s  bin/shim-old\n' "$(sha256sum <"$prefix/bin/shim-old" | cut -c-64)" >>"$prefix/share/shim/installed"
    "${install[@]}" --prefix "$prefix" >"$folder/out" 2>&1
    same 'installed twice' "$(tree "$prefix")" "$(<"$folder/installed")"

    # What was changed since is not removed, but named.
    echo changed >"$prefix/share/doc/shim/README.md"
    said=$("${install[@]}" --uninstall --prefix "$prefix" 2>&1)
    same 'uninstalled' "$said" "install.sh: '$prefix/share/doc/shim/README.md' was changed since, so it stays
removed Shim from $prefix"
    same 'the changed file' "$(<"$prefix/share/doc/shim/README.md")" changed
    rm -r "$prefix/share/doc"
    same 'after it' "$(tree "$prefix")" "$(<"$folder/before")"
    refused 1 "install.sh: Shim is not installed in '$prefix' by install.sh
hint: name the prefix that it was installed in: --prefix DIR" "${install[@]}" --uninstall --prefix "$prefix"

    # A file that somebody else put there, or a link or folder with its name.
    for kind in file link folder; do
        case $kind in
        file) echo theirs >"$prefix/bin/shim" ;;
        link) ln -s /bin/true "$prefix/bin/shim" ;;
        folder) mkdir "$prefix/bin/shim" ;;
        esac
        tree "$prefix" >"$folder/theirs"
        refused 1 "install.sh: '$prefix/bin/shim' is not what install.sh put there, so it is not replaced
hint: move it away, or take another prefix: --prefix DIR" "${install[@]}" --prefix "$prefix"
        same 'nothing changed' "$(tree "$prefix")" "$(<"$folder/theirs")"
        rm -r "$prefix/bin/shim"
    done

    # Nothing is made where nothing is installed; a prefix that was made is removed again.
    new="$folder/new prefix"
    bad=$folder/bad
    rm -rf "$bad" && mkdir "$bad"
    refused 1 "install.sh: '$bad/gone.tar.gz' does not exist or is not a file" "${install[@]}" --prefix "$new" "$bad/gone.tar.gz"
    cp "$archive" "$bad/"
    refused 1 "install.sh: there is no SHA256SUMS beside '$bad/$name'
hint: take both from the same release" "${install[@]}" --prefix "$new" "$bad/$name"
    echo "$(sha256sum <"$archive" | cut -c-64)  another.tar.gz" >"$bad/SHA256SUMS"
    refused 1 "install.sh: '$bad/SHA256SUMS' does not name '$name'
hint: take both from the same release" "${install[@]}" --prefix "$new" "$bad/$name"
    cp "$small/SHA256SUMS" "$bad/"
    truncate -s -100 "$bad/$name"
    refused 1 "install.sh: '$bad/$name' is damaged: its SHA-256 is $(sha256sum <"$bad/$name" | cut -c-64), not $(
        cut -c-64 "$bad/SHA256SUMS")
hint: download it again" "${install[@]}" --prefix "$new" "$bad/$name"
    # One that was made so: its sum is right, and yet it cannot be unpacked.
    (cd "$bad" && sha256sum "$name" >SHA256SUMS)
    ! said=$("${install[@]}" --prefix "$new" "$bad/$name" 2>&1) || die "a truncated archive was installed"
    [[ $said == *"install.sh: cannot unpack '$bad/$name'" ]] || die "of a truncated archive: $said"
    other=arm64
    [[ $machine != arm64 ]] || other=x86_64
    : >"$bad/shim-1.0.0-linux-$other.tar.gz"
    refused 1 "install.sh: '$bad/shim-1.0.0-linux-$other.tar.gz' is for another machine; this one is $machine
hint: take shim-VERSION-linux-$machine.tar.gz" "${install[@]}" --prefix "$new" "$bad/shim-1.0.0-linux-$other.tar.gz"
    refused 64 "install.sh: unknown option '--perfix'
hint: install.sh --help lists the options" "${install[@]}" --perfix "$new"
    refused 1 "install.sh: cannot write to '/proc/none'
hint: name a folder of your own: --prefix DIR" "${install[@]}" --prefix /proc/none
    if ((EUID == 0)); then
        refused 1 "install.sh: cannot write to '/usr/local'
hint: name a folder of your own: --prefix DIR" setpriv --reuid 65534 --clear-groups -- "${install[@]}" --prefix /usr/local
    fi
    [[ ! -e $new ]] || die "a failed installation left '$new'"
    "${install[@]}" --prefix "$new" >"$folder/out" 2>&1
    "${install[@]}" --uninstall --prefix "$new" >"$folder/out"
    [[ ! -e $new ]] || die "left of an installation: $(tree "$new")"
done
left=$(cd "$folder/home" && find . -mindepth 1 ! -path './.cache/shim/*' | sort | xargs)
[[ -z $left || $left == './.cache ./.cache/shim' ]] || die "left in HOME: $left"
echo "try-release.sh: $(basename "${archives[0]}"): installed, used, removed"
