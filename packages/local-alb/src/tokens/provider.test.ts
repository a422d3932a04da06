import { expect, test } from 'vitest'
import { Clock } from './clock.js'
import { CognitoProvider } from './provider.js'

const kids = ({ jwks }: CognitoProvider): unknown[] => jwks.keys.map(({ kid }) => kid)

test('load balancers of a process stand before one user pool, and each rotates its keys for itself', () => {
  const [one, other] = [new CognitoProvider(3600, new Clock()), new CognitoProvider(3600, new Clock())]
  const first = kids(one)
  expect(first).toHaveLength(2)
  expect(kids(other)).toEqual(first)
  one.rotateKeys()
  expect(kids(one)).toEqual([expect.not.stringMatching(String(first[0])), ...first])
  expect(kids(other)).toEqual(first)
})
