/** What takes as long as it says: the time limits themselves. Left out of mutation testing, which repeats tests for hours. */
import { execFileSync } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createTestAlb } from '@cognito-auth/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { Authoriser, createMockUser, TokenVerifier } from '../src/index.js'
import { type SecretsEndpoint, startSecretsEndpoint } from './secrets-endpoint.js'

let endpoint: SecretsEndpoint

beforeAll(async () => {
  endpoint = await startSecretsEndpoint()
})

afterAll(() => {
  endpoint.stop()
})

test.concurrent('keys that do not come are given up on after 8 s', { timeout: 30_000 }, async () => {
  const alb = await createTestAlb()
  const fetch = async () => await new Promise<Response>(() => undefined)
  const verifier = new TokenVerifier({ ...alb.options, fetch })
  await expect(verifier.verifyAlbToken(await alb.signAlbToken())).rejects.toMatchObject({ code: 'keys_unavailable' })
})

test.concurrent('a service that does not answer is given 5 seconds', { timeout: 15_000 }, async () => {
  await expect(Authoriser.fromSecret('slow', { client: endpoint.client }).warmUp()).rejects.toMatchObject({
    code: 'config_unavailable',
  })
})

test.concurrent(
  'a file that hangs is given 5 seconds, so that later reads can begin',
  { timeout: 15_000 },
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'slow-'))
    // Opening a pipe that nobody writes to waits, as a file on a network does that is gone.
    const pipe = join(folder, 'config.json')
    execFileSync('mkfifo', [pipe])
    await expect(Authoriser.fromFile(pipe).warmUp()).rejects.toMatchObject({ code: 'config_unavailable' })
    // Lets the reader go. Where there is none, this throws at once, and does not wait for one.
    closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK))
    rmSync(folder, { recursive: true })
  },
)

test('a service that takes 2 s delays the first request, and none after it', { timeout: 20_000 }, async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const authoriser = Authoriser.fromSecret('lazy', { client: endpoint.client, ttlSeconds: 60 })
  const user = createMockUser({ groups: ['developers'] })
  await authoriser.authorise(user)
  const asked = endpoint.targets.length
  for (let round = 0; round < 3; round += 1) {
    vi.setSystemTime(Date.now() + 61_000)
    // Each answer comes before that of the service can: a request that waited would find the secret read already.
    let isRefreshed = false
    const onConfig = (): void => void (isRefreshed = true)
    subscribe('cognito-auth:config', onConfig)
    const decisions = await Promise.all(Array.from({ length: 100 }, async () => await authoriser.authorise(user)))
    expect(isRefreshed).toBe(false)
    expect(decisions.every(({ allowed }) => allowed)).toBe(true)
    await vi.waitFor(() => expect(isRefreshed).toBe(true), { timeout: 5000 })
    unsubscribe('cognito-auth:config', onConfig)
  }
  expect(endpoint.targets.length - asked).toBe(3)
  vi.useRealTimers()
})
