/**
 * Packages after those that they depend on: where publishing is cut off, nothing on the registry names what is not there.
 *
 * @template {{ manifest: { name: string, dependencies?: Record<string, string>, peerDependencies?: Record<string, string> } }} Tarball
 * @param {readonly Tarball[]} tarballs
 * @returns {Tarball[]}
 */
export function publishOrder(tarballs) {
  const byName = new Map(tarballs.map((tarball) => [tarball.manifest.name, tarball]))
  const ordered = new Set()
  const visit = (tarball) => {
    const { dependencies, peerDependencies } = tarball.manifest
    for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
      const needed = byName.get(name)
      if (needed !== undefined && !ordered.has(needed)) visit(needed)
    }
    ordered.add(tarball)
  }
  for (const tarball of tarballs) visit(tarball)
  return [...ordered]
}
