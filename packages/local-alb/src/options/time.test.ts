import { expect, test, vi } from 'vitest'
import { isTime, offsetOf } from './time.js'

test.each([
  ['+2h', 7_200_000],
  ['-5m', -300_000],
  ['+8d', 691_200_000],
  ['+0s', 0],
  ['2026-12-24T08:00:00Z', 3_600_000],
  ['2026-12-24T08:00:00+01:00', 0],
  ['2026-12-23', -111_600_000],
])('%s is %i milliseconds from now', (text, offset) => {
  vi.useFakeTimers({ now: Date.parse('2026-12-24T07:00:00Z') })
  try {
    expect(offsetOf(text)).toBe(offset)
  } finally {
    vi.useRealTimers()
  }
})

test.each(['2h', '+2', '+2 h', '+2w', 'tomorrow', '', '1', '2026-13-01', '24.12.2026', '+9999999d'])(
  '"%s" is no time',
  (text) => {
    expect(isTime(text)).toBe(false)
  },
)
