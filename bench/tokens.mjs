/** Really-signed tokens: padded ES256 tokens as a load balancer signs them, RS256 access tokens of a 2048-bit key. */
import { createTestAlb } from '@cognito-auth/testing'

/** Longer than any run: a load balancer's token is good for two minutes only. */
const LIFETIME_SECONDS = 24 * 3600

/** A load balancer whose tokens outlast the run. */
export async function createBenchAlb() {
  return await createTestAlb({ tokenLifetimeSeconds: LIFETIME_SECONDS, accessTokenLifetimeSeconds: LIFETIME_SECONDS })
}

/** A user with `groups` groups; the same number is always the same user. */
export function userOf(number, groups = 10) {
  return {
    email: `user-${number}@example.com`,
    name: `User ${number}`,
    givenName: 'User',
    familyName: String(number),
    groups: Array.from({ length: groups }, (_, index) => `group-${index}`),
  }
}

/** A text as it comes off the wire: V8 keeps one that was put together as its parts, and joins them at the first look. */
function received(text) {
  return Buffer.from(text, 'latin1').toString('latin1')
}

/** The "sub" of a token, which is good. */
function subOf(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString()).sub
}

/** What a browser sends and a load balancer adds, as Node hands it to an app. */
function headersOf(oidcData, accessToken) {
  return {
    host: 'app.example.com',
    'x-forwarded-for': '203.0.113.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-port': '443',
    'x-amzn-trace-id': 'Root=1-67891233-abcdef012345678912345678',
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    accept: '*/*',
    'accept-language': 'en-GB,en;q=0.5',
    'accept-encoding': 'gzip, deflate, br, zstd',
    referer: 'https://app.example.com/',
    'sec-fetch-dest': 'empty',
    'sec-fetch-mode': 'cors',
    'sec-fetch-site': 'same-origin',
    'x-amzn-oidc-data': oidcData,
    'x-amzn-oidc-accesstoken': accessToken,
    'x-amzn-oidc-identity': subOf(accessToken),
  }
}

/** Both tokens of a request, and its headers. */
async function pairOf(alb, user, known) {
  const oidcData = received(await alb.signAlbToken({ user }))
  const accessToken = known ?? received(await alb.signAccessToken({ user }))
  return { oidcData, accessToken, headers: headersOf(oidcData, accessToken) }
}

/** Pairs of as many users: no token in it twice. */
export async function distinctPairs(alb, count, { groups = 10, from = 0 } = {}) {
  const pairs = []
  for (let number = from; number < from + count; number += 1) pairs.push(await pairOf(alb, userOf(number, groups)))
  return pairs
}

/** Pairs as a load balancer sends them: each ALB token is fresh, each user's access token the one already in `pairs`. */
export async function freshAlbTokens(alb, pairs, count, { groups = 10, from = 0 } = {}) {
  const fresh = []
  for (let index = 0; index < count; index += 1) {
    const number = index % pairs.length
    const user = userOf(from + number, groups)
    // The same second and the same claims would be the same text but for the signature; ES256 signs differently each time.
    fresh.push(await pairOf(alb, user, pairs[number].accessToken))
  }
  return fresh
}
