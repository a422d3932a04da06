/** A test load balancer for each test of a file, and what tests of the verifier ask of it. */
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { afterEach, beforeEach, vi } from 'vitest'
import { TokenVerifier, type TokenVerifierOptions } from '../src/index.js'

/** Whose tokens they are. */
export const user = { email: 'dev@example.com', groups: ['developers'] }

/** What a file works with. */
export interface TestAlbOfFile {
  /** The load balancer of the test that runs. */
  alb(): TestAlb
  /** A verifier that accepts it. */
  verifier(more?: TokenVerifierOptions): TokenVerifier
  /** A good pair of tokens, but for what is given. */
  tokens(more?: { alb?: object; access?: object }): Promise<{ oidcData: string; accessToken: string }>
}

/** Makes one before each test, and sets the clock right after it. */
export function useTestAlb(): TestAlbOfFile {
  let alb: TestAlb
  beforeEach(async () => {
    alb = await createTestAlb()
  })
  afterEach(() => {
    vi.useRealTimers()
  })
  return {
    alb: () => alb,
    verifier: (more = {}) => new TokenVerifier({ ...alb.options, ...more }),
    tokens: async (more = {}) => ({
      oidcData: await alb.signAlbToken({ user, ...more.alb }),
      accessToken: await alb.signAccessToken({ user, ...more.access }),
    }),
  }
}
