#!/usr/bin/env bash
# Makes the files of a release from a clean tree: archives, Debian packages, layers, the image of the tools, sums.
# docs/releasing.md says what each of them is, and why two runs make the same bytes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage() {
    cat <<'END'
usage: scripts/release.sh [--machine x86_64|arm64]... [--output DIR] [--no-image] [--snapshot]
       scripts/release.sh --from-build DIR [--output DIR]

Makes a release from the commit that is checked out. On Debian, as root, it installs what it needs.

  --machine NAME    x86_64 or arm64; may be repeated (default: this machine's). arm64 on x86_64 is cross-compiled, see
                    scripts/arm64.sh
  --output DIR      Where the files go (default: .build/release-VERSION)
  --no-image        Leave out the container image of the tools
  --snapshot        Not a release: the version names the commit, and CHANGELOG.md need not know it
  --from-build DIR  Compile nothing: the archive, layer, install.sh and sums of the programs in DIR, to try them out
  -h, --help        Print this help
END
}
die() {
    printf 'release.sh: %s\n' "$1" >&2
    [[ $# -lt 2 ]] || printf 'hint: %s\n' "$2" >&2
    exit 1
}
say() { printf 'release.sh: %s\n' "$*" >&2; }

output='' image=yes snapshot='' from='' machines=() level=9
while (($#)); do
    case $1 in
    -h | --help) usage && exit 0 ;;
    --output | --machine | --from-build)
        [[ ${2:-} ]] || die "missing value for '$1'"
        case $1 in --output) output=$2 ;; --machine) machines+=("$2") ;; --from-build) from=$2 ;; esac
        shift
        ;;
    --no-image) image='' ;;
    --snapshot) snapshot=yes ;;
    *)
        usage >&2
        die "unknown option '$1'"
        ;;
    esac
    shift
done
native=$(uname -m)
[[ $native != aarch64 ]] || native=arm64
((${#machines[@]})) || machines=("$native")
for machine in "${machines[@]}"; do
    [[ $machine == x86_64 || $machine == arm64 ]] || die "unknown machine '$machine'" "x86_64 or arm64"
    [[ $machine == "$native" || $native == x86_64 ]] || die "programs for $machine cannot be compiled on $native"
done
programs=(shim shim-sim shim-pack shim-deploy)

version=$(sed -n 's/^package let version = "\(.*\)"$/\1/p' Sources/CommandLineKit/Version.swift)
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || die "Sources/CommandLineKit/Version.swift has no version: '$version'"
if [[ $from ]]; then
    image='' machines=("$native") snapshot=yes level=1
    for program in "${programs[@]}" echo; do
        [[ -x $from/$program ]] || die "there is no program '$from/$program'" "swift build -c release makes them"
    done
else
    [[ -z $(git status --porcelain) ]] || die "the tree is not clean" "a release is made from a commit: commit or stash first"
fi
if [[ $snapshot ]]; then
    version+=+$(TZ=UTC git log -1 --date=format-local:%Y%m%d --format=%cd.g%H | cut -c-19)
else
    grep -qE "^## \[${version//./\\.}\] - [0-9]{4}-[0-9]{2}-[0-9]{2}\$" CHANGELOG.md ||
        die "CHANGELOG.md has no section '## [$version] - YYYY-MM-DD'" "docs/releasing.md says how to begin, --snapshot does without"
    ! sed -n '/^## \[Unreleased\]/,/^## \[[0-9]/p' CHANGELOG.md | grep -q '^- ' ||
        die "CHANGELOG.md has changes under 'Unreleased'" "move them to [$version], or raise the version; --snapshot does without"
fi
output=${output:-.build/release-$version}
mkdir -p "$output"
output=$(cd "$output" && pwd)
# The time stamp of every file: the commit's.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH LC_ALL=C.UTF-8 TZ=UTC
umask 022

# command:package, where the command is not there
wanted=(zip:zip python3:python3 gcc:gcc readelf:binutils gzip:gzip)
[[ $from ]] || wanted+=(dpkg-deb:dpkg lintian:lintian)
[[ -z $image ]] || wanted+=(mmdebstrap:mmdebstrap umoci:umoci jq:jq unshare:util-linux)
# By it mmdebstrap sees that programs of the other machine start.
for machine in "${machines[@]}"; do [[ ! $image || $machine == "$native" ]] || wanted+=(arch-test:arch-test); done
missing=()
for pair in "${wanted[@]}"; do command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}"); done
if ((${#missing[@]})); then
    ((EUID == 0)) || die "these are missing: ${missing[*]}" "apt-get install ${missing[*]}"
    say "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=900 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

if [[ $from ]]; then
    from=$(cd "$from" && pwd)
    build=$(mktemp -d)
    trap 'rm -rf "$build"' EXIT
    git ls-files -z -- '*.md' LICENSE docs templates man packaging scripts install.sh | xargs -0 cp --parents -t "$build"
else
    # The compiler writes a checksum of its command line into each program, and that has the folder's path. So every release
    # is compiled at the same place, from the commit and not from the tree.
    build=/tmp/shim-release-$version
    exec 9>"$build.lock"
    flock -n 9 || die "another release is being made in '$build'"
    rm -rf "$build"
    trap 'rm -rf "$build" "$build.lock"' EXIT
    mkdir "$build"
    git archive HEAD | tar -x -C "$build"
fi
made=$build/made
mkdir "$made"

# products MACHINE: the folder of its programs.
products() {
    if [[ $from ]]; then
        echo "$from"
    elif [[ $1 == "$native" ]]; then
        echo "$build/.build/release"
    else
        echo "$build/.build/arm64/aarch64-unknown-linux-gnu/release"
    fi
}

compile() {
    say "compiling for $1"
    if [[ $1 == "$native" ]]; then
        (cd "$build" && swift build -c release -Xswiftc -warnings-as-errors) >&2
    else
        PROJECT=$build "$build/scripts/arm64.sh" build >&2
    fi
}

# check MACHINE: its programs are for it, and start without any other file.
check() {
    local header program name='X86-64'
    [[ $1 != arm64 ]] || name=AArch64
    for program in "${programs[@]}" echo; do
        header=$(readelf -hlW "$(products "$1")/$program")
        [[ $header == *"$name"* ]] || die "'$program' is not for $1"
        [[ $header != *INTERP* ]] || die "'$program' is not static" "a release build is: swift build -c release"
    done
}

# on MACHINE COMMAND...: where programs of that machine start; for another one than this, as root of a user namespace.
on() {
    if [[ $1 == "$native" ]]; then "${@:2}"; else "$build/scripts/arm64.sh" run "${@:2}"; fi
}

# tree MACHINE FOLDER: what its archive holds.
tree() {
    local machine=$1 folder=$2 program other shell root=''
    mkdir -p "$folder"/{bin,libexec/shim,man,completions/{bash,zsh,fish}}
    for program in "${programs[@]}"; do install -m 755 "$(products "$machine")/$program" "$folder/bin/"; done
    # In bin/ it would hide the system's.
    install -m 755 "$(products "$machine")/echo" "$folder/libexec/shim/"
    # The bootstraps of the other architectures, for packages that are made here and run there.
    for other in "${machines[@]}"; do
        [[ $other == "$machine" ]] || install -m 755 "$(products "$other")/shim" "$folder/libexec/shim/shim-$other"
    done
    install -m 644 "$build"/man/*.1 "$folder/man/"
    for program in shim-sim shim-pack shim-deploy; do
        for shell in bash:"$program" zsh:"_$program" fish:"$program.fish"; do
            on "$machine" "$(products "$machine")/$program" completions "${shell%%:*}" >"$folder/completions/${shell/://}"
        done
    done
    cp -R "$build"/{LICENSE,README.md,CHANGELOG.md,docs,templates} "$folder/"
    [[ $machine == "$native" ]] || root=$("$build/scripts/arm64.sh" compiler-root)
    SHIM_BUILD_ROOT=$root python3 "$build/scripts/sbom.py" "$folder" "$version" "$SOURCE_DATE_EPOCH" "$machine"
    find "$folder" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# pack_tar FOLDER NAME...: a tar archive on standard output that depends on names, modes and bytes alone.
pack_tar() {
    tar -C "$1" --sort=name --owner=0 --group=0 --numeric-owner --format=gnu --mtime="@$SOURCE_DATE_EPOCH" -c "${@:2}"
}

archive() {
    local name=shim-$version-linux-$1
    tree "$1" "$build/trees/$name"
    pack_tar "$build/trees" "$name" | gzip "-n$level" >"$made/$name.tar.gz"
}

# deb MACHINE: a Debian package. Debian has a package 'shim' already, another program.
deb() {
    local tree=$build/trees/shim-$version-linux-$1 root=$build/deb-$1 arch=amd64 page size
    [[ $1 != arm64 ]] || arch=arm64
    mkdir -p "$root"/{DEBIAN,usr/{bin,libexec,share/{man/man1,bash-completion/completions,zsh/vendor-completions}}}
    mkdir -p "$root"/usr/share/{fish/vendor_completions.d,doc/shim-lambda,shim,lintian/overrides}
    cp "$tree"/bin/* "$root/usr/bin/"
    cp -R "$tree/libexec/shim" "$root/usr/libexec/"
    for page in "$tree"/man/*.1; do gzip -9n <"$page" >"$root/usr/share/man/man1/${page##*/}.gz"; done
    cp "$tree"/completions/bash/* "$root/usr/share/bash-completion/completions/"
    cp "$tree"/completions/zsh/* "$root/usr/share/zsh/vendor-completions/"
    cp "$tree"/completions/fish/* "$root/usr/share/fish/vendor_completions.d/"
    cp -R "$tree/templates" "$root/usr/share/shim/"
    cp -R "$tree"/{README.md,sbom.spdx.json,docs,licenses} "$root/usr/share/doc/shim-lambda/"
    gzip -9n <"$tree/CHANGELOG.md" >"$root/usr/share/doc/shim-lambda/changelog.gz"
    printf 'shim-lambda (%s-1) unstable; urgency=medium\n\n  * See changelog.gz.\n\n -- %s  %s\n' "$version" \
        "$(sed -n 's/^Maintainer: //p' "$build/packaging/control.in")" "$(date -Rud "@$SOURCE_DATE_EPOCH")" |
        gzip -9n >"$root/usr/share/doc/shim-lambda/changelog.Debian.gz"
    {
        cat "$tree/LICENSE"
        printf '\nThe programs are linked statically with the following; the licences are in licenses/ beside this file.\n\n'
        awk -F'\t' '!/^#/ && NF { printf "%s (%s), %s\n", $1, $4, $3 }' "$build/packaging/components.tsv"
        printf '\nOn Debian the texts are in %s too.\n' \
            '/usr/share/common-licenses/Apache-2.0, /usr/share/common-licenses/LGPL-2.1 and /usr/share/common-licenses/GPL-3'
    } >"$root/usr/share/doc/shim-lambda/copyright"
    cp "$build/packaging/lintian-overrides" "$root/usr/share/lintian/overrides/shim-lambda"
    size=$(find "$root/usr" -type f -printf '%s\n' | awk '{ sum += int(($1 + 1023) / 1024) } END { print sum }')
    sed -e "s/@VERSION@/$version-1/; s/@ARCHITECTURE@/$arch/; s/@SIZE@/$size/" "$build/packaging/control.in" \
        >"$root/DEBIAN/control"
    (cd "$root" && find usr -type f -print0 | sort -z | xargs -0 md5sum) >"$root/DEBIAN/md5sums"
    find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
    dpkg-deb --root-owner-group -Zxz --build "$root" "$made/shim-lambda_$version-1_$arch.deb" >/dev/null
}

# layer MACHINE: the bootstrap alone, as a layer: a function of a custom runtime with it needs nothing but its program.
layer() {
    local folder=$build/layer-$1
    mkdir -p "$folder"
    install -m 755 "$build/trees/shim-$version-linux-$1/bin/shim" "$folder/bootstrap"
    touch -d "@$SOURCE_DATE_EPOCH" "$folder/bootstrap"
    (cd "$folder" && zip -X -q "-$level" "$made/shim-layer-$1.zip" bootstrap)
}

# tools_image MACHINE: Debian with the programs and the tools that they start, as an OCI archive. It needs no Docker.
tools_image() {
    local machine=$1 layout=$build/oci-$1 root=$build/tools-$1.tar tree=$build/trees/shim-$version-linux-$1
    local name=shim-tools:${version/+/-} arch=${1/x86_64/amd64} created manifest
    say "making the image of the tools for $machine"
    # shellcheck disable=SC2016 # mmdebstrap puts the root's folder in.
    on "$machine" mmdebstrap --quiet --variant=minbase --mode=root --architectures="$arch" --include=zip,unzip,strace,skopeo,awscli,ca-certificates \
        --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
        --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
        --customize-hook="copy-in '$tree/bin' '$tree/libexec' /usr/" \
        --customize-hook='mkdir -p "$1/work" "$1/usr/share/doc/shim"' \
        --customize-hook="copy-in '$tree/LICENSE' '$tree/licenses' '$tree/sbom.spdx.json' /usr/share/doc/shim/" \
        --customize-hook='rm -f "$1"/etc/apt/sources.list.d/* "$1/etc/hostname" "$1/etc/resolv.conf"; : >"$1/etc/apt/sources.list"' \
        "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$root" >&2
    umoci init --layout "$layout"
    umoci new --image "$layout:tools"
    umoci raw add-layer --image "$layout:tools" --no-history "$root"
    created=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)
    umoci config --image "$layout:tools" --no-history --created "$created" --os linux \
        --architecture "$arch" --config.workingdir /work --config.env LC_ALL=C.UTF-8 \
        --config.env PATH=/usr/local/bin:/usr/bin:/bin --clear=config.cmd --config.cmd /bin/bash
    umoci gc --layout "$layout" >&2
    # The name by which Docker and Podman know it; Docker's older loader reads manifest.json and not index.json.
    manifest=$(jq -r '.manifests[0].digest | sub(":"; "/")' "$layout/index.json")
    jq -c --arg name "$name" '.manifests[0].annotations = {"io.containerd.image.name": ("docker.io/library/" + $name),
        "org.opencontainers.image.ref.name": $name}' "$layout/index.json" >"$build/index.json"
    mv "$build/index.json" "$layout/index.json"
    jq -c --arg name "$name" 'def blob: "blobs/" + (.digest | sub(":"; "/"));
        [{Config: (.config | blob), RepoTags: [$name], Layers: [.layers[] | blob]}]' \
        "$layout/blobs/$manifest" >"$layout/manifest.json"
    pack_tar "$layout" oci-layout index.json manifest.json blobs >"$made/shim-tools-$version-$machine.tar"
}

# try_image MACHINE: unpacks the image and does there what people will.
try_image() {
    local layout=$build/layout-$1 bundle=$build/bundle-$1
    mkdir "$layout"
    tar -xf "$made/shim-tools-$version-$1.tar" -C "$layout"
    umoci unpack --image "$layout:$(jq -r '.manifests[0].annotations["org.opencontainers.image.ref.name"]' \
        "$layout/index.json")" "$bundle" >&2
    # shellcheck disable=SC2016
    on "$1" unshare --mount bash -euc 'root=$1; shift; mount --rbind /proc "$root/proc"; mount --rbind /dev "$root/dev"
        exec chroot "$root" "$@"' - "$bundle/rootfs" /usr/bin/env -i PATH=/usr/bin:/bin HOME=/root LC_ALL=C.UTF-8 /bin/bash -euc '
        cd /work
        [[ $(shim-sim run --quiet /usr/bin/wc -d "{\"a\":1}" -- -c) == 7 ]]
        shim-pack -o wc.zip --test "{\"a\":1}" --expect 7 /usr/bin/wc -- -c
        for tool in shim-deploy aws skopeo strace zip unzip; do "$tool" -v >/dev/null 2>&1 || "$tool" --version; done
        rm wc.zip' >&2 || die "the image of the tools for $1 does not work"
    rm -rf --one-file-system "$bundle" "$layout"
}

if [[ ! $from ]]; then
    for machine in "${machines[@]}"; do compile "$machine"; done
fi
for machine in "${machines[@]}"; do check "$machine"; done
for machine in "${machines[@]}"; do
    archive "$machine"
    layer "$machine"
    [[ $from ]] || deb "$machine"
    [[ ! $image ]] || tools_image "$machine"
done
install -m 755 "$build/install.sh" "$made/"
rm -f "$output/SHA256SUMS"
cp "$made"/* "$output/"
# The sums come last: without them it is not a release, and install.sh refuses the archive.
[[ $from ]] || lintian --allow-root --fail-on error,warning "$made"/*.deb >&2 || die "lintian objects to a Debian package"
for machine in "${machines[@]}"; do [[ ! $image ]] || try_image "$machine"; done
(cd "$made" && sha256sum -- *) >"$output/SHA256SUMS"
cat "$output/SHA256SUMS"
