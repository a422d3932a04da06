import { expect, test } from 'vitest'
import { memoLast } from './memo-last.js'

test('what was asked last is not asked again, and anything else is', () => {
  const asked: (string | undefined)[] = []
  const upper = memoLast((text: string | undefined) => {
    asked.push(text)
    return text?.toUpperCase()
  })
  for (const text of [undefined, undefined, 'a', 'a', 'b', 'a']) expect(upper(text)).toBe(text?.toUpperCase())
  expect(asked).toEqual([undefined, 'a', 'b', 'a'])
})

test('what throws is asked again, and the answer before it is still known', () => {
  const asked: string[] = []
  const ask = memoLast((text: string) => {
    asked.push(text)
    if (text === 'bad') throw new Error('bad')
    return text
  })
  expect(ask('good')).toBe('good')
  expect(() => ask('bad')).toThrow('bad')
  expect(() => ask('bad')).toThrow('bad')
  expect(ask('good')).toBe('good')
  expect(asked).toEqual(['good', 'bad', 'bad'])
})
