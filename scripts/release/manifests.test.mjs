import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { floorsOf } from '../packages/consumer-project.mjs'
import { NODE_VERSIONS } from '../packages/nodes.mjs'
import { manifestOf, publishablePackages } from '../packages/tarballs.mjs'

describe.each(publishablePackages())('packages/%s', (name) => {
  const manifest = manifestOf(name)
  const readme = readFileSync(`packages/${name}/README.md`, 'utf8')

  test('needs a Node that is tried here', () => {
    const [oldest, oldestOf22] = NODE_VERSIONS
    expect(manifest.engines).toEqual({ node: `^${oldest} || >=${oldestOf22}` })
  })

  test('says in its README what each dependency and peer is for', () => {
    const needed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
    const about = readme.slice(readme.search(/^(?:## Dependencies|Depends on)/m)).toLowerCase()
    expect(needed.filter((dependency) => !about.includes(dependency))).toEqual([])
  })

  test('is tried with the oldest peers that it allows', () => {
    const floors = floorsOf(name)
    for (const [peer, range] of Object.entries(manifest.peerDependencies ?? {})) {
      const tried = floors.map((floor) => `^${floor[peer]}`)
      expect({ peer, range: [...new Set(tried)].join(' || ') }).toEqual({ peer, range })
    }
  })

  test('is not packed where it is not built', () => {
    expect(manifest.scripts.prepack).toBe('node ../../scripts/packages/assert-built.mjs')
  })
})
