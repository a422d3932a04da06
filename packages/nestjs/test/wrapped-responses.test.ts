/** `everything: true` beside middleware that puts functions of its own around a response, as compression and sessions do. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createGzip } from 'node:zlib'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { Controller, Get, Module, Param } from '@nestjs/common'
import { beforeAll, describe, expect, test } from 'vitest'
import { CognitoAuthModule, Public } from '../src/index.js'
import { authoriser, create, listen, platforms, signedIn } from './apps.js'

let alb: TestAlb
beforeAll(async () => {
  alb = await createTestAlb()
})

type Wrap = (response: ServerResponse) => void

/** Compresses what is written, from the moment the headers are: what `compression` does. */
function compress(response: ServerResponse): void {
  const { write, end, writeHead } = response
  const gzip = createGzip()
  const begin = (): void => {
    if (!response.headersSent) response.writeHead(response.statusCode)
  }
  Object.assign(response, {
    writeHead: (status: number, headers: Readonly<Record<string, string>> = {}) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
      response.setHeader('content-encoding', 'gzip')
      response.removeHeader('content-length')
      gzip.on('data', (chunk: Buffer) => write.call(response, chunk, 'utf8'))
      gzip.on('end', () => end.call(response, undefined, 'utf8'))
      return writeHead.call(response, status)
    },
    write: (chunk: string) => {
      begin()
      return gzip.write(chunk)
    },
    end: (chunk?: string) => {
      begin()
      gzip.end(chunk)
      return response
    },
  })
}

/** Ends once, when something was saved: what `express-session` does. */
function save(response: ServerResponse): void {
  const { end } = response
  let hasEnded = false
  response.end = ((chunk?: string) => {
    if (!hasEnded) setImmediate(() => end.call(response, chunk, 'utf8'))
    hasEnded = true
    return response
  }) as typeof end
}

/** Adds a header when the headers are written: what `on-headers` does. */
function addHeader(response: ServerResponse): void {
  const { writeHead } = response
  response.writeHead = ((...given: Parameters<typeof writeHead>) => {
    response.setHeader('set-cookie', 'session=1')
    return writeHead.apply(response, given)
  }) as typeof writeHead
}

const wraps: Readonly<Record<string, readonly Wrap[]>> = {
  compress: [compress],
  save: [save],
  'add a header': [addHeader],
  'compress, save and add a header': [compress, save, addHeader],
  'save and compress': [save, compress],
}

/** How middleware may answer. */
const answers: Readonly<Record<string, (response: ServerResponse) => void>> = {
  end: (response) => void response.end('SECRET'),
  'write and end': (response) => {
    response.setHeader('content-type', 'text/html')
    response.write('SECRET')
    response.write('SECRET')
    response.end('SECRET')
  },
  'write head first': (response) => {
    response.writeHead(200, { 'content-type': 'text/html' })
    response.end('SECRET')
  },
  'write later': (response) => {
    response.write('SECRET')
    setImmediate(() => response.end('SECRET'))
  },
}

@Public()
@Controller()
class Pages {
  @Get(':page')
  page(@Param('page') page: string): object {
    return { page }
  }
}

@Module({})
class AppModule {}

const cases = Object.keys(wraps).flatMap((wrap) => Object.keys(answers).map((answer) => ({ wrap, answer })))

describe.each(platforms)('on $platform', ({ platform }) => {
  test.each(cases)('middleware that answers ($answer) behind those that $wrap', async ({ wrap, answer }) => {
    const imports = [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true, everything: true })]
    const app = await create({ module: AppModule, controllers: [Pages], imports }, platform)
    app.use((_: IncomingMessage, response: ServerResponse, next: () => void) => {
      for (const one of wraps[wrap] ?? []) one(response)
      next()
    })
    app.use((request: IncomingMessage, response: ServerResponse, next: () => void) =>
      request.url === '/file' ? answers[answer]?.(response) : next(),
    )
    const origin = await listen(app)
    const [got, headOnly] = [
      await sendRaw(origin, { path: '/file' }),
      await sendRaw(origin, { method: 'HEAD', path: '/file' }),
    ]
    for (const { status, headers } of [got, headOnly]) {
      expect({ status, type: headers['content-type'] }).toEqual({ status: 401, type: 'application/problem+json' })
      expect(headers).not.toHaveProperty('content-encoding')
      expect(headers).not.toHaveProperty('set-cookie')
    }
    expect(JSON.parse(got.body)).toMatchObject({ status: 401, code: 'missing_token' })
    expect(await sendRaw(origin, { path: '/file', headers: await alb.headersFor(signedIn) })).toMatchObject({
      status: 200,
    })
    expect(await sendRaw(origin, { path: '/page' })).toMatchObject({ status: 200 })
  })
})
