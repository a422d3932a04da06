import { expect, test } from 'vitest'
import { weigh } from '../../lib/memory/weigh.js'
import { RememberedAccessToken, RememberedAlbToken } from './remembered.js'

const claims = { sub: 'sub-1', groups: Array.from({ length: 50 }, (_, index) => `group-${index}`) }
const header = { alg: 'ES256', kid: 'x'.repeat(1_000) }
const key = { jwksUrl: 'https://keys.example', kid: 'kid' }

test('a token takes what its claims take, and more; beside another, what that takes besides', () => {
  const alone = new RememberedAccessToken(claims, key, 0)
  // The user that is made of it has a list of its own.
  expect(alone.bytes).toBeGreaterThan(weigh(claims) * 1.1)
  expect(alone.bytes).toBeLessThan(weigh(claims) * 2)
  expect(new RememberedAccessToken(claims, key, 5_000).bytes).toBe(alone.bytes + 5_000)
  expect(new RememberedAccessToken({}, key, 0).bytes).toBeGreaterThan(weigh({}) + 500)
})

test('a token of a load balancer takes what header and claims take; a user is made of it alone, or not', () => {
  const beside = new RememberedAlbToken({ header, claims }, 'https://keys.example/kid', false)
  const rest = beside.bytes - weigh(header) - weigh(claims)
  expect(rest).toBeGreaterThan(0)
  expect(rest).toBeLessThan(1_000)
  const alone = new RememberedAlbToken({ header, claims }, 'https://keys.example/kid', true)
  expect(alone.bytes).toBeGreaterThan(beside.bytes + 500)
})
