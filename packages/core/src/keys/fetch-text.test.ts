import { afterEach, expect, test, vi } from 'vitest'
import { fetchText, KeyGoneError } from './fetch-text.js'

const URL = 'https://keys.example/a'

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

/** A network that gives its answers in turn, the last one for ever; what it was asked. */
function network(...answers: (() => Response | Promise<Response>)[]) {
  const asked: (RequestInit | undefined)[] = []
  const fetch: typeof globalThis.fetch = async (_, init) => {
    asked.push(init)
    const answer = answers[Math.min(asked.length, answers.length) - 1]
    if (answer === undefined) throw new Error('nothing to answer')
    return await answer()
  }
  return { asked, fetch }
}

const status = (code: number) => () => new Response(code === 304 ? null : 'x', { status: code })

test('gives the text, asking as a verifier must: no redirect, an end, any type', async () => {
  const { asked, fetch } = network(() => new Response('the key'))
  expect(await fetchText(URL, fetch)).toBe('the key')
  expect(asked).toEqual([
    { redirect: 'manual', signal: expect.any(AbortSignal) as AbortSignal, headers: { accept: '*/*' } },
  ])
})

test('an empty answer is an empty text', async () => {
  expect(await fetchText(URL, network(() => new Response(null)).fetch)).toBe('')
})

test.each([400, 403, 404, 410])('%i: there is no such key, and it is not asked for again', async (code) => {
  const { asked, fetch } = network(status(code))
  const failure = await fetchText(URL, fetch).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(KeyGoneError)
  expect(failure).toMatchObject({ name: 'KeyGoneError', message: `HTTP ${code}` })
  expect(asked).toHaveLength(1)
})

test.each([429, 301, 302, 304, 204])('%i: not now, and it is not asked for again', async (code) => {
  const { asked, fetch } = network(code === 204 ? () => new Response(null, { status: 204 }) : status(code))
  await expect(fetchText(URL, fetch)).rejects.toMatchObject({ code: 'keys_unavailable' })
  expect(asked).toHaveLength(1)
})

test.each<[string, () => Response]>([
  ['500', status(500)],
  ['503', status(503)],
  [
    'a network error',
    () => {
      throw new TypeError('fetch failed')
    },
  ],
])('%s is tried three times, and its cause told', async (_, answer) => {
  const { asked, fetch } = network(answer)
  const failure = await fetchText(URL, fetch).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'keys_unavailable' })
  expect((failure as Error).cause).toBeInstanceOf(Error)
  expect(asked).toHaveLength(3)
})

test('another try may mend it', async () => {
  const { asked, fetch } = network(status(500), () => new Response('the key'))
  expect(await fetchText(URL, fetch)).toBe('the key')
  expect(asked).toHaveLength(2)
})

test('64 KiB are read, and not a byte more', async () => {
  const text = 'x'.repeat(64 * 1024)
  expect(await fetchText(URL, network(() => new Response(text)).fetch)).toBe(text)
  const { asked, fetch } = network(() => new Response(`${text}x`))
  await expect(fetchText(URL, fetch)).rejects.toThrow(/larger than 64 KiB/)
  expect(asked).toHaveLength(1)
})

test.each([
  [204, 'HTTP 204'],
  [206, 'HTTP 206'],
  [300, 'redirects are not followed'],
  [302, 'redirects are not followed'],
  [399, 'redirects are not followed'],
  [401, 'HTTP 401'],
  [429, 'HTTP 429'],
])('says what is wrong with %i: %s', async (code, what) => {
  const { fetch } = network(code === 204 ? () => new Response(null, { status: 204 }) : status(code))
  await expect(fetchText(URL, fetch)).rejects.toThrow(`Failed to fetch public keys: ${what}`)
})

test('a redirect that was followed all the same is refused', async () => {
  const followed = new Response('the key')
  Object.defineProperty(followed, 'redirected', { value: true })
  await expect(fetchText(URL, network(() => followed).fetch)).rejects.toMatchObject({
    code: 'keys_unavailable',
    message: 'Failed to fetch public keys: redirects are not followed',
  })
})

test('a try that is not answered is given 3 s, and all of them 8 s', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  vi.spyOn(Math, 'random').mockReturnValue(0)
  const started = performance.now()
  const asked: number[] = []
  const aborted: number[] = []
  const fetch: typeof globalThis.fetch = async (_, init) => {
    asked.push(performance.now() - started)
    init?.signal?.addEventListener('abort', () => aborted.push(performance.now() - started))
    return await new Promise<Response>(() => undefined)
  }
  const failures: unknown[] = []
  const fetched = fetchText(URL, fetch).catch((error: unknown) => failures.push(error))
  while (failures.length === 0) {
    // Between tries it sleeps on a clock that is not faked: for no time, here.
    await new Promise((resolve) => setImmediate(resolve))
    if (asked.length > aborted.length) await vi.advanceTimersByTimeAsync(500)
  }
  await fetched
  expect(failures).toMatchObject([{ code: 'keys_unavailable', cause: { message: 'no answer in 2000 ms' } }])
  expect(asked).toEqual([0, 3000, 6000])
  expect(aborted).toEqual([3000, 6000, 8000])
})
