import { expect, test } from 'vitest'
import { checkHeaderSize, checkNodeVersion } from './node.js'

test.each(['v20.19.0', 'v20.20.2', 'v22.12.0', 'v23.0.0', 'v24.0.0', 'v26.10.0'])('Node %s will do', (version) => {
  expect(checkNodeVersion(version)).toMatchObject({ status: 'ok' })
})

test('Node is judged by how large headers may be', () => {
  expect(checkHeaderSize(16_384)).toMatchObject({ status: 'warning' })
  expect(checkHeaderSize(32_768)).toMatchObject({ status: 'ok' })
})
