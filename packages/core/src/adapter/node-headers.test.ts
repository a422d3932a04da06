import { expect, test } from 'vitest'
import { nodeHeader, nodeHeaders } from './index.js'

test('a second Authorization line, which Node drops, is counted', () => {
  const headers = { authorization: 'Bearer a', accept: '*/*' }
  const rawHeaders = ['Authorization', 'Bearer a', 'Accept', '*/*', 'AUTHORIZATION', 'Bearer b']
  expect(nodeHeaders({ headers, rawHeaders })).toEqual({ ...headers, authorization: ['Bearer a', 'Bearer b'] })
})

test.each([
  { headers: { authorization: 'Bearer a' }, rawHeaders: ['Authorization', 'Bearer a'] },
  { headers: { authorization: 'Bearer a' }, rawHeaders: [] },
  { headers: { accept: '*/*' }, rawHeaders: ['x', 'Authorization', 'y', 'authorization'] },
  { headers: {}, rawHeaders: [] },
])('else the headers are what Node made of them: %j', (request) => {
  expect(nodeHeaders(request)).toBe(request.headers)
})

test.each([
  [{ host: 'a.example' }, 'host', 'a.example'],
  [{ ':authority': 'a.example' }, 'host', 'a.example'],
  [{ host: 'a.example', ':authority': 'b.example' }, 'host', 'a.example'],
  [{ ':authority': 'a.example' }, 'accept', undefined],
  [{ 'set-cookie': ['a', 'b'] }, 'set-cookie', 'a,b'],
])('of %j, %s is %s', (headers, name, value) => {
  expect(nodeHeader(headers, name)).toBe(value)
})
