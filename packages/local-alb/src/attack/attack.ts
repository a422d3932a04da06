/**
 * Tries an app with every attack and outage, signed in as one user.
 *
 * @module
 */

import { LocalAlbError, type MockUser } from '../options/users.js'
import type { AlbState } from '../sessions/state.js'
import { TICKET_HEADER } from '../sessions/tickets.js'
import { idOf } from '../options/users.js'
import type { OidcHeaders } from '../tokens/token-issuer.js'
import { ATTACKS, type Attack, type Material, type Outage, OUTAGES } from './attacks.js'
import { type Answer, isAccepted, judgeAttack, judgeOutage, type Judged, type Verdict } from './verdict.js'

/** How an app is tried. */
export interface AttackOptions {
  /** A page that needs a user, and that one may see. @default '/' */
  readonly path?: string | undefined
  /** Who is signed in: the e-mail of a listed user. @default the first one whom the app answers */
  readonly user?: string | undefined
}

/** One row of the report. */
export interface AttackResult {
  readonly name: string
  /** What was sent. */
  readonly what: string
  readonly expected: 'accepted' | 'rejected' | '5xx'
  /** The status; `null` where there was no answer. */
  readonly got: number | null
  readonly verdict: Verdict
  readonly note?: string
}

/** What an app did with all of them. */
export interface AttackReport {
  readonly path: string
  readonly results: readonly AttackResult[]
  readonly passed: number
  readonly failed: number
}

/** Longer than core's own 8 seconds for a key. */
const TIMEOUT_MS = 20_000
/** As much of an answer as is looked at. */
const MOST_BODY = 1024 * 1024

/** Sends requests through the load balancer, each with headers of its own. */
class Attacker {
  readonly #state: AlbState
  readonly #path: string
  readonly #user: MockUser

  constructor(state: AlbState, path: string, user: MockUser) {
    this.#state = state
    this.#path = path
    this.#user = user
  }

  /** Fresh headers: user claims tokens are for two minutes. */
  get material(): Material {
    const { issuer } = this.#state
    const access = issuer.provider.accessToken(this.#user, undefined)
    return {
      good: issuer.headersFor(this.#user, access, undefined),
      withFault: (fault) => issuer.headersFor(this.#user, access, fault),
    }
  }

  async send(headers: OidcHeaders): Promise<Answer> {
    const { origins, tickets } = this.#state
    const ticket = tickets.create({ who: this.#user, headers })
    const forwarded = origins.public === undefined ? {} : { 'x-forwarded-host': new URL(origins.public).host }
    try {
      const response = await fetch(origins.local + this.#path, {
        headers: { [TICKET_HEADER]: ticket, accept: 'application/json, */*', ...forwarded },
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      const location = response.headers.get('location') ?? undefined
      return { status: response.status, location, body: await textOf(response) }
    } catch {
      // No answer, whatever the reason: the verdict says so.
      return { status: undefined, location: undefined, body: '' }
    }
  }
}

/** The beginning of an answer: one that never ends, as of a stream, must not hold up the rest. */
async function textOf(response: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  const deadline = Date.now() + 2_000
  if (response.body === null) return text
  const reader = response.body.getReader()
  while (text.length < MOST_BODY) {
    const rest = new Promise<undefined>((resolve) => setTimeout(resolve, deadline - Date.now(), undefined).unref())
    const part = await Promise.race([reader.read(), rest])
    if (part?.value === undefined) break
    text += decoder.decode(part.value, { stream: true })
  }
  await reader.cancel()
  return text
}

function row(
  name: string,
  what: string,
  expected: AttackResult['expected'],
  answer: Answer,
  judged: Judged,
): AttackResult {
  return { name, what, expected, got: answer.status ?? null, ...judged }
}

/** Finds a user whom the app answers, or says why no user can be used. */
async function begin(
  state: AlbState,
  path: string,
  wanted: string | undefined,
): Promise<{ attacker: Attacker; good: Answer }> {
  const users = state.users.filter((user) => wanted === undefined || idOf(user) === wanted)
  if (users.length === 0) throw new LocalAlbError(`there is no user ${wanted ?? ''} on the list`)
  const statuses: (number | string)[] = []
  for (const user of users) {
    const attacker = new Attacker(state, path, user)
    const good = await attacker.send(attacker.material.good)
    if (good.status !== undefined && good.status < 400) return { attacker, good }
    statuses.push(good.status ?? 'nothing')
  }
  throw new LocalAlbError(
    `the app answers correct requests for ${path} with ${[...new Set(statuses)].join(' or ')}, so nothing can be learnt from attacks. ` +
      'Name a page that a user may see with --attack-path, or the user with --attack-as',
  )
}

/** Whether an app reads what an attack is about: without it, the attack is none. */
async function unusedBy(attacker: Attacker, good: Answer): Promise<(attack: Attack) => boolean> {
  const { 'x-amzn-oidc-accesstoken': _access, ...without } = attacker.material.good
  const needsNoAccessToken = isAccepted(await attacker.send(without), good)
  return ({ concerns }) => concerns === 'identity header' || (concerns === 'access token' && needsNoAccessToken)
}

/**
 * Tries an app with every attack and outage.
 *
 * @param onResult called for each, as it is known
 * @throws {LocalAlbError} when the app does not accept a correct request.
 */
export async function attackApp(
  state: AlbState,
  { path = '/', user }: AttackOptions = {},
  onResult: (result: AttackResult) => void = () => undefined,
): Promise<AttackReport> {
  if (!path.startsWith('/') || path.startsWith('//')) throw new LocalAlbError('the path must begin with one /')
  const { attacker, good } = await begin(state, path, user)
  const results: AttackResult[] = []
  const add = (result: AttackResult): void => {
    results.push(result)
    onResult(result)
  }
  add(row('good', 'a correct request', 'accepted', good, { verdict: 'pass' }))
  const isUnused = await unusedBy(attacker, good)
  const { idleFaults } = state.issuer.provider
  for (const attack of ATTACKS.filter(({ name }) => !Object.hasOwn(idleFaults, name))) {
    const headers = attack.headers(attacker.material)
    const answer = await attacker.send(headers)
    // The id that a header names must not be in an answer either.
    const forged = attack.name === 'wrong_identity' ? [headers['x-amzn-oidc-identity'] ?? ''].flat().join('') : ''
    const judged = judgeAttack(answer, good, { ...attack, forged, isUnused: isUnused(attack) })
    add(row(attack.name, attack.what, 'rejected', answer, judged))
  }
  await tryKeys(state, attacker, good, add)
  const count = (verdict: Verdict): number => results.filter((one) => one.verdict === verdict).length
  return { path, results, passed: count('pass'), failed: count('fail') }
}

/** New keys, and outages: each token is signed with a key that the app has not seen. */
async function tryKeys(
  state: AlbState,
  attacker: Attacker,
  good: Answer,
  add: (result: AttackResult) => void,
): Promise<void> {
  const before = state.fault
  try {
    state.setFault(undefined)
    const rotated = await attacker.send(attacker.material.withFault('key_rotation'))
    const isGood = isAccepted(rotated, good)
    const judged: Judged = isGood
      ? { verdict: 'pass' }
      : { verdict: 'fail', note: 'a new key is ordinary: AWS changes keys without notice' }
    add(row('key_rotation', 'the user claims token is signed with a new key', 'accepted', rotated, judged))
    for (const fault of OUTAGES) {
      state.setFault(fault)
      const answer = await attacker.send(attacker.material.withFault('key_rotation'))
      add(row(fault, `${FAULT_SENTENCES[fault]}, and the key is new`, '5xx', answer, judgeOutage(fault, answer, good)))
    }
  } finally {
    state.setFault(before)
  }
}

const FAULT_SENTENCES: Readonly<Record<Outage, string>> = {
  keys_down: 'the key endpoint closes the connection',
  keys_error: 'the key endpoint answers 500',
  keys_slow: 'the key endpoint takes 5 seconds',
}
