import { expect, test } from 'vitest'
import { publishOrder } from './publish-order.mjs'

test('what others depend on is published before them', () => {
  const tarballs = [
    { manifest: { name: 'adapter', dependencies: { core: '1.0.0', elsewhere: '1.0.0' } } },
    { manifest: { name: 'tool', peerDependencies: { adapter: '1.0.0' } } },
    { manifest: { name: 'core' } },
  ]
  expect(publishOrder(tarballs.toReversed()).map(({ manifest }) => manifest.name)).toEqual(['core', 'adapter', 'tool'])
})
