#!/usr/bin/env bash
# Writes the recipes of templates/languages into Sources/PackKit/Language/BuiltInRecipes.swift: a static executable has no
# files beside it. A test says when they differ.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=Sources/PackKit/Language/BuiltInRecipes.swift
{
    echo '/// The recipes of templates/languages, written by scripts/recipes.sh.'
    echo 'enum BuiltInRecipes {'
    echo '    static let all: [(name: String, text: String)] = ['
    for file in templates/languages/*.recipe; do
        printf '        (\n            "%s",\n            ##"""\n' "$(basename "$file" .recipe)"
        sed 's/^\(.\)/            \1/' "$file"
        printf '\n            """##\n        ),\n'
    done
    echo '    ]'
    echo '}'
} >"$out"
swift format --in-place "$out"
