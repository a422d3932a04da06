/**
 * Checks the HTTP messages of pages: that they are such, and that a problem document is one that an adapter answers with.
 *
 * @module
 */

import { STATUS_CODES } from 'node:http'
import * as core from '@cognito-auth/core'
import { errorResponse } from '@cognito-auth/core/adapter'
import type { Block } from './blocks.js'

const user = core.createMockUser({ email: 'a@example.com' })

/** One error of each code that an adapter may answer. */
const ERRORS: readonly core.CognitoAuthError[] = [
  new core.MissingTokenError(['x-amzn-oidc-data']),
  new core.InvalidTokenError('signer', ''),
  new core.ExpiredTokenError(''),
  new core.AccessDeniedError({ allowed: false, user, reason: 'denied', rules: [] }),
  new core.KeysUnavailableError(''),
  new core.ConfigUnavailableError(''),
  new core.ConfigurationError(''),
]

function checkResponse(message: string): void {
  const [head = '', body = ''] = message.trimEnd().split('\n\n')
  const [start = '', ...lines] = head.split('\n')
  const [, code = '', phrase] = /^HTTP\/1\.1 (\d{3}) (.+)$/.exec(start) ?? []
  if (STATUS_CODES[code] !== phrase) throw new Error(`${start}: not a status line`)
  const headers = new Headers(
    lines.map((line) => {
      const [, name, value] = /^([\w-]+): (.+)$/.exec(line) ?? []
      if (name === undefined || value === undefined) throw new Error(`${line}: not a header`)
      return [name, value]
    }),
  )
  if (headers.get('content-type') !== 'application/problem+json') throw new Error('not a problem document')
  const problem = JSON.parse(body) as { code: string }
  const error = ERRORS.find((one) => one.code === problem.code)
  if (error === undefined) throw new Error(`no error has the code ${problem.code}`)
  const answer = errorResponse(error, { method: 'GET', url: '/', header: () => undefined }, {})
  const shown = { status: Number(code), headers: Object.fromEntries(headers), body }
  if (
    JSON.stringify(shown) !== JSON.stringify({ ...answer, headers: Object.fromEntries(new Headers(answer.headers)) })
  ) {
    throw new Error(`the answer is ${JSON.stringify(answer)}`)
  }
}

/** What is wrong with a block; `undefined` for nothing. */
export function httpProblem(block: Block): string | undefined {
  try {
    checkResponse(block.code)
    return undefined
  } catch (error) {
    return `${block.page}:${block.line} ${error instanceof Error ? error.message : String(error)}`
  }
}
