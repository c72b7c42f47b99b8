#!/usr/bin/env bash
# Makes man/*.1 from the tables of the programs themselves. With --check it only says whether they are up to date, and holds
# them against mandoc's lint.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bin=${SHIM_BIN:-.build/debug}
mkdir -p man
for program in shim-sim shim-pack shim-deploy; do
    if [[ ${1:-} == --check ]]; then
        "$bin/$program" --manual-page | diff -u "man/$program.1" - >&2 || {
            echo "man.sh: man/$program.1 is not what the program says: run scripts/man.sh" >&2
            exit 1
        }
        # A page without a date is meant: it would change every day.
        mandoc -T lint -W warning "man/$program.1" | grep -v 'missing date' >&2 && exit 1 || true
    else
        "$bin/$program" --manual-page >"man/$program.1"
    fi
done
