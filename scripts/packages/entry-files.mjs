/** The files that a package's own package.json names, which every tarball must hold. */
import { posix } from 'node:path'

function* leaves(value) {
  if (typeof value === 'string') yield value
  else for (const one of Object.values(value ?? {})) yield* leaves(one)
}

/**
 * @param {{ main?: string, types?: string, bin?: unknown, exports?: unknown, typesVersions?: unknown }} manifest
 * @returns {string[]} Paths as in a tarball, such as `dist/index.mjs`.
 */
export function entryFiles({ main, types, bin, exports, typesVersions }) {
  return [...new Set([...leaves({ main, types, bin, exports, typesVersions })].map((path) => posix.normalize(path)))]
}
