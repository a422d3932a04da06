import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LocalAlb, startLocalAlb } from '../src/index.js'
import { readAccessToken, readAlbToken } from './tokens.js'

/** What is written down for apps in other languages, which cannot read it from core. */
const PAGES = ['../../../docs/local-alb.md']

let alb: LocalAlb

beforeAll(async () => {
  alb = await startLocalAlb({ target: 'http://localhost:9', port: 0 })
})
afterAll(async () => await alb.stop())

describe.each(PAGES)('the values in %s', (page) => {
  const text = readFileSync(new URL(page, import.meta.url), 'utf8')

  test('are those of the environment', () => {
    for (const name of ['ALB_ARN', 'CLIENT_ID', 'USER_POOL_ID'])
      expect(text).toContain(`\`${alb.env[`COGNITO_AUTH_${name}`]}\``)
  })

  test('are those of the tokens, and the keys are where it says', async () => {
    const headers = alb.headersFor('dev@example.com')
    const { header } = await readAlbToken(headers['x-amzn-oidc-data'], alb.url)
    const pool = /_local-alb\/(\S+)\/\.well-known\/jwks\.json/.exec(text)?.[1] ?? ''
    const { claims, isVerified } = await readAccessToken(headers['x-amzn-oidc-accesstoken'], alb.url, pool)
    expect(isVerified).toBe(true)
    for (const value of [header['signer'], header['client'], header['iss'], claims['iss'], claims['client_id']])
      expect(text).toContain(`\`${String(value)}\``)
  })
})

test('the region is none of AWS, and of the shape that verifiers of tokens ask for', () => {
  // aws-jwt-verify 5: USER_POOL_ID_REGEX, and the region in the ARN of a load balancer.
  expect(alb.env['COGNITO_AUTH_USER_POOL_ID']).toMatch(/^(?<region>(\w+-)?\w+-\w+-\d)+_\w+$/)
  expect(alb.env['COGNITO_AUTH_ALB_ARN']).toMatch(/^arn:aws:elasticloadbalancing:xx-[a-z]+-\d:000000000000:/)
})
