#!/usr/bin/env bash
# Runs the tests that were built; arguments go to 'swift test'.
#
# Many of them are about time: deadlines, pauses, who comes first. Where a machine has as few processors as tests that run at once,
# one may come too late for a reason that is not the program's. So a few that failed are run once more, alone and one after the
# other, and what fails again has failed. It is said which these were.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

most=5
log=$(mktemp)
trap 'rm -f "$log"' EXIT

swift test --skip-build "$@" 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
((status == 0)) && exit 0

mapfile -t failed < <(sed -nE 's/^✘ Test ([A-Za-z0-9_]+)\(.*\).* failed after .*/\1/p' "$log" | sort -u)
# A run that broke off says of no test that it has failed, or not of all.
if ((${#failed[@]} == 0 || ${#failed[@]} > most)) || ! grep -q '^✘ Test run with .* failed after' "$log"; then
    exit "$status"
fi
echo "run-tests.sh: once more, alone: ${failed[*]}" >&2
pattern=$(IFS='|'; echo "${failed[*]}")
swift test --skip-build --no-parallel --filter "[./]($pattern)\("
