import { expect, test } from 'vitest'
import { albFacts } from '../checks/alb-token.js'
import { accessFacts } from '../checks/access-token.js'
import { RememberedAccessToken, RememberedAlbToken } from './remembered.js'

const claims = { sub: 'sub-1' }
const key = { jwksUrl: 'https://keys.example', kid: 'kid' }
function accessBytes(bytes: { claims: number; beside: number }): number {
  return new RememberedAccessToken(claims, accessFacts(claims), key, bytes).bytes
}

function albBytes(bytes: number, isAlone: boolean): number {
  return new RememberedAlbToken(
    { header: {}, claims },
    albFacts({}, claims),
    'https://keys.example/kid',
    bytes,
    isAlone,
  ).bytes
}

test('a token takes what its claims take, and more; beside another, what that takes besides', () => {
  // The user that is made of it has a list of its own.
  expect(accessBytes({ claims: 10_000, beside: 0 })).toBeGreaterThan(11_000)
  expect(accessBytes({ claims: 10_000, beside: 0 })).toBeLessThan(20_000)
  expect(accessBytes({ claims: 10_000, beside: 5_000 })).toBe(accessBytes({ claims: 10_000, beside: 0 }) + 5_000)
  expect(accessBytes({ claims: 0, beside: 0 })).toBeGreaterThan(500)
})

test('a token of a load balancer takes what header and claims take; a user is made of it alone, or not', () => {
  expect(albBytes(2_000, false)).toBeGreaterThan(2_000)
  expect(albBytes(2_000, false)).toBeLessThan(3_000)
  expect(albBytes(2_000, true)).toBeGreaterThan(albBytes(2_000, false) + 500)
})
