#!/usr/bin/env bash
# Formats the Swift files, then checks them as CI does.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
swift format --in-place --recursive Package.swift Sources Tests handlers
swift format lint --strict --recursive Package.swift Sources Tests handlers
