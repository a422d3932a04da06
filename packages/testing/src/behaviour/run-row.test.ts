import { createServer } from 'node:http'
import { expect, test } from 'vitest'
import { differencesOf, sendRaw } from './index.js'

test('a request arrives to the letter: path, repeated headers', async () => {
  const server = createServer((req, res) => res.end(JSON.stringify({ url: req.url, raw: req.rawHeaders })))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const { body } = await sendRaw(`http://127.0.0.1:${port}`, { path: '//a/../b?c', headers: { 'x-a': ['1', '2'] } })
  server.close()
  const { url, raw } = JSON.parse(body) as { url: string; raw: string[] }
  expect(url).toBe('//a/../b?c')
  expect(raw.filter((name) => name === 'x-a')).toHaveLength(2)
})

test('a POST without a body says so', async () => {
  const server = createServer((req, res) => res.end(JSON.stringify(req.headers)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const { body } = await sendRaw(`http://127.0.0.1:${port}`, { method: 'POST', path: '/' })
  server.close()
  expect(JSON.parse(body)).toMatchObject({ 'content-length': '0' })
  expect(JSON.parse(body)).not.toHaveProperty('transfer-encoding')
})

const problem = { type: 'about:blank', title: 'Unauthorized', status: 401, code: 'missing_token' }
const headers = { 'content-type': 'application/problem+json', 'cache-control': 'no-store' }

test.each([
  { what: 'another status', response: { status: 200, headers, body: JSON.stringify(problem) } },
  { what: 'another code', response: { status: 401, headers, body: JSON.stringify({ ...problem, code: 'x' }) } },
  {
    what: 'another title',
    response: { status: 401, headers, body: JSON.stringify({ ...problem, title: 'Who are you?' }) },
  },
  { what: 'another type', response: { status: 401, headers, body: JSON.stringify({ ...problem, type: '/problem' }) } },
  {
    what: 'more than four members',
    response: { status: 401, headers, body: JSON.stringify({ ...problem, detail: 'x' }) },
  },
  {
    what: 'another content type',
    response: { status: 401, headers: { ...headers, 'content-type': 'text/html' }, body: JSON.stringify(problem) },
  },
  {
    what: 'a cacheable answer',
    response: { status: 401, headers: { 'content-type': headers['content-type'] }, body: JSON.stringify(problem) },
  },
  { what: 'a body that is not JSON', response: { status: 401, headers, body: '<html>' } },
])('$what is a difference', ({ response }) => {
  expect(differencesOf(response, { status: 401, code: 'missing_token' })).not.toEqual([])
})

test('agreement is no difference', () => {
  const response = { status: 401, headers, body: JSON.stringify(problem) }
  expect(differencesOf(response, { status: 401, code: 'missing_token', headers: { location: null } })).toEqual([])
})
