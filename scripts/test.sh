#!/usr/bin/env bash
# Everything CI checks, on a fresh Debian machine: installs what the tests need, then checks documentation and format, and runs
# the builds with warnings as errors and all tests. Arguments go to 'swift test' (--filter ShimRunTests).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# command:package, where the command is not there
wanted=(
    cc:gcc g++:g++ strip:binutils perl:perl-base openssl:openssl find:findutils unshare:util-linux curl:curl zip:zip
    unzip:unzip strace:strace node:nodejs busybox:busybox-static jq:jq git:git convert-im6.q16:imagemagick-6.q16
    debootstrap:debootstrap skopeo:skopeo umoci:umoci docker-registry:docker-registry chromium:chromium
    bwrap:bubblewrap setpriv:util-linux zstd:zstd script:bsdutils mandoc:mandoc zsh:zsh fish:fish python3:python3 pip3:python3-pip
    # What runtimes write when a program fails.
    Rscript:r-base-core javac:default-jdk-headless go:golang-go ruby:ruby php:php-cli lua5.4:lua5.4 ghc:ghc
    octave-cli:octave tclsh:tcl gfortran:gfortran mawk:mawk php-cgi:php-cgi dash:dash
)
missing=()
for pair in "${wanted[@]}"; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
# Libraries have no command to look for.
for package in awscli golang-github-aws-aws-sdk-go-v2-dev file units hunspell hunspell-en-us proj-bin perl \
    liblapack-dev zlib1g libc6-dev libcgi-pm-perl r-cran-jsonlite python3-numpy libjson-xs-perl ruby-nokogiri \
    php-mbstring node-semver libsqlite3-tcl lua-cjson libcurl4-openssl-dev; do
    dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package")
done
if ((${#missing[@]})); then
    echo "test.sh: installing ${missing[*]}" >&2
    if ((EUID != 0)); then
        echo "test.sh: not root; install them first: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=900 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

. scripts/python-tools.sh

# aiobotocore wants a botocore of its own.
if [[ ! -d $tools/aiobotocore ]]; then
    python3 -m pip install -q --target "$tools/aiobotocore" aiobotocore
fi
export SHIM_TEST_AIOBOTOCORE=$tools/aiobotocore

# The source of AWS's client for C++ comes with that for Python; BUILD=true keeps the latter's setup from building curl.
if [[ ! -f $tools/aws-lambda-cpp/runtime.a ]]; then
    rm -rf "$tools/aws-lambda-cpp"
    mkdir -p "$tools/aws-lambda-cpp"
    (
        cd "$tools/aws-lambda-cpp"
        BUILD=true python3 -m pip download -q --no-deps --no-binary :all: awslambdaric
        tar -xzf awslambdaric-*.tar.gz --strip-components 2 --wildcards '*/deps/aws-lambda-cpp-*.tar.gz'
        tar -xzf aws-lambda-cpp-*.tar.gz --strip-components 1
        sed -E 's/@PROJECT_VERSION_(MAJOR|MINOR|PATCH)@/0/; s/@PROJECT_VERSION@/0/' src/version.cpp.in >src/version.cpp
        for name in runtime logging version; do g++ -std=c++11 -O1 -Iinclude -c "src/$name.cpp"; done
        ar rcs runtime.a runtime.o logging.o version.o
    )
fi
export SHIM_TEST_LAMBDA_CPP=$tools/aws-lambda-cpp

# AWS's SAM CLI, whose wheel has AWS's own emulator too; most of what it wants is beside moto already.
case $(uname -m) in
x86_64) rie=aws-lambda-rie-x86_64 ;;
aarch64) rie=aws-lambda-rie-arm64 ;;
esac
if [[ ! -x $tools/$rie || ! -d $tools/sam/samcli ]]; then
    python3 -m pip install -q --no-deps --no-compile --only-binary :all: --target "$tools/sam" \
        aws-sam-cli aws-sam-translator rich pygments markdown-it-py mdurl tomlkit ruamel.yaml \
        mypy-boto3-kinesis mypy-boto3-lambda mypy-boto3-sqs mypy-boto3-stepfunctions
    install -m 755 "$tools/sam/samcli/local/rapid/$rie" "$tools/$rie"
fi
export SHIM_TEST_RIE=$tools/$rie
export SHIM_TEST_SAM=$tools/sam

scripts/docs.py
swift format lint --strict --recursive Package.swift Sources Tests handlers
swift build -c release -Xswiftc -warnings-as-errors
# What users get is what is tested: the static executables.
export SHIM_STATIC=$PWD/.build/release/shim SHIM_TEST_PRODUCTS=$PWD/.build/release
swift build --build-tests -Xswiftc -warnings-as-errors
scripts/run-tests.sh "$@"
# An archive of what was built is installed, used and removed.
if (($# == 0)); then scripts/try-release.sh; fi
# Some of the programs of docs/reference/programs.md; 'scripts/prove-programs.py --update' runs all of them and writes the table.
if ((EUID == 0 && $# == 0)); then scripts/prove-programs.py --ci; fi
# The plot with fewer points than in its README.
if ((EUID == 0 && $# == 0)); then MAPPERS='4 64' scripts/examples.sh; fi
