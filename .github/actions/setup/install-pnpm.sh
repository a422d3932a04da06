#!/usr/bin/env bash
# Installs pnpm into the folder $1, from tarballs that have the hashes below: a job that publishes must not run
# whatever the registry serves under that version. To change the version: packageManager in package.json, and here.
set -euo pipefail
version=12.21.0
[ "pnpm@$version" = "$(node -p "require('./package.json').packageManager")" ] || { echo "packageManager in package.json is not pnpm@$version" >&2; exit 1; }
mkdir -p "$1" && cd "$1"
npm pack --silent "pnpm@$version" "@pnpm/exe.linux-x64@$version" >/dev/null
sha512sum --check --strict - <<HASHES
66fd8278ee28935ce951792d34367ff3af5c432a2756445823029533835b8da529bbe0be5130afd56ed0713fb8789e47bad82d93bd5ae2fe54b15562d6276ef0  pnpm-$version.tgz
f1eb9f0a31d7b2929b352fe487cab843482a2683aebc2e10e69828b3a5d2f01cbf9c032d3fe8dff05d42c3d7abf38d247c05fe3c9fedb3e03daa72c4f75aef5d  pnpm-exe.linux-x64-$version.tgz
HASHES
npm install --silent --no-save --no-package-lock "./pnpm-$version.tgz" "./pnpm-exe.linux-x64-$version.tgz"
