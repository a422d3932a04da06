import { describe, expect, test } from 'vitest'
import { rawApp, stageOf, tokens, useFreshStages } from './fresh-stages.js'
import { exchange, head } from './stage.js'

const CLOSE = { host: 'a', connection: 'close' }
const UPGRADE = { host: 'a', connection: 'Upgrade', upgrade: 'websocket' }
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

useFreshStages()

describe('an answer of the app', () => {
  test.each(['000', '099', '101'])('with the status %s, which ends no request, is 502', async (status) => {
    const upstream = await rawApp((socket) => socket.end(`HTTP/1.1 ${status} Odd\r\nContent-Length: 0\r\n\r\n`))
    const { port } = await stageOf({ upstream })
    for (const lines of [CLOSE, UPGRADE])
      expect(await exchange(port, head('GET', '/', { ...lines, ...tokens }))).toMatch(/^HTTP\/1\.1 502 /)
  })

  test.each([
    ['HEAD', '200 OK'],
    ['GET', '204 No Content'],
    ['GET', '304 Not Modified'],
  ])('to %s with %s goes on without the body that it must not have', async (method, status) => {
    const upstream = await rawApp((socket) => {
      socket.write(`HTTP/1.1 ${status}\r\nX-App: 1\r\nContent-Length: 9\r\n\r\n<p>no</p>`)
    })
    const { port } = await stageOf({ upstream })
    const text = await exchange(port, head(method, '/', { ...CLOSE, ...tokens }))
    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status}\r\nX-App: 1\r\n[^]*\r\n\r\n$`))
    expect(text).not.toContain('<p>')
  })

  test.each([
    ['HEAD', '200 OK'],
    ['GET', '204 No Content'],
    ['GET', '304 Not Modified'],
  ])(
    'to %s with %s is the last of its connection: a late body is nobody else\u2019s answer',
    async (method, status) => {
      const answer = (text: string): string => `HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n${text}`
      const waiting: (() => void)[] = []
      const upstream = await rawApp((socket, text) => {
        if (text.includes(' /late ')) {
          socket.write(`HTTP/1.1 ${status}\r\nContent-Length: 42\r\n\r\n`)
          // The body comes once the next request has.
          waiting.push(() => socket.write(answer('evil')))
        } else {
          for (const write of waiting.splice(0)) write()
          setImmediate(() => socket.write(answer('good')))
        }
      })
      const { port } = await stageOf({ upstream })
      const ask = async (verb: string, path: string): Promise<string> =>
        await exchange(port, head(verb, path, { ...CLOSE, ...tokens }))
      expect(await ask('GET', '/')).toMatch(/good$/)
      expect(await ask(method, '/late')).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`))
      expect(await ask('GET', '/')).toMatch(/good$/)
    },
  )

  test('that has begun with an interim one is not asked for again', async () => {
    let all = 0
    const upstream = await rawApp((socket) => {
      all += 1
      if (all === 1) socket.write(OK)
      else socket.end('HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n')
    })
    const { port } = await stageOf({ upstream })
    await exchange(port, head('GET', '/', { ...CLOSE, ...tokens }))
    const text = await exchange(port, head('GET', '/', { ...CLOSE, ...tokens }))
    expect(text).toMatch(/^HTTP\/1\.1 103 [^]*\r\n\r\nHTTP\/1\.1 502 /)
    expect(all).toBe(2)
  })
})
