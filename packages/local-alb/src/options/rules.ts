/**
 * Listener rules: what happens to a path.
 *
 * @module
 */

import * as v from 'valibot'
import { complaintOf, objectMessage } from './validation-message.js'
import { LocalAlbError } from './users.js'

/** A listener rule: what happens to a path. The first that matches counts. */
export interface ListenerRule {
  /** Begins with `/`; may have `*` (any characters) and `?` (one), as on AWS. */
  readonly path: string
  /**
   * What the authenticate action does with people who are not signed in: `authenticate` sends them to sign in, `allow`
   * lets them pass without headers, `deny` answers 401. `none` is a rule without such an action.
   */
  readonly action: 'authenticate' | 'allow' | 'deny' | 'none'
  /** Where to: a URL that begins with `http://`. @default the target of the load balancer */
  readonly target?: string | undefined
}

const ACTIONS = ['authenticate', 'allow', 'deny', 'none'] as const
const LIKE = `{"path": "/public/*", "action": ${ACTIONS.map((action) => `"${action}"`).join(' | ')}, "target": "http://localhost:3001"}`
const PATH = 'must be a path that begins with /, such as "/public/*"'
const TARGET = 'must be a URL that begins with http://, such as "http://localhost:3001"'

const ruleSchema = v.strictObject(
  {
    path: v.pipe(v.string(PATH), v.startsWith('/', PATH)),
    action: v.picklist(ACTIONS, `must be one of ${ACTIONS.map((action) => `"${action}"`).join(', ')}`),
    target: v.optional(v.pipe(v.string(TARGET), v.url(TARGET), v.startsWith('http://', TARGET))),
  } satisfies { readonly [Name in keyof Required<ListenerRule>]: v.GenericSchema<ListenerRule[Name]> },
  objectMessage(['path', 'action', 'target'], `must be like ${LIKE}`),
)

const rulesSchema = v.array(ruleSchema, `must be a list of rules, such as [${LIKE}]`)

/** Everything needs a sign-in, as most listeners are set up. */
export const DEFAULT_RULE: ListenerRule = { path: '/*', action: 'authenticate' }

/**
 * Checks rules.
 *
 * @throws {LocalAlbError} saying which one is wrong, and in what.
 */
export function parseRules(value: unknown, where = ''): readonly ListenerRule[] {
  const result = v.safeParse(rulesSchema, value)
  if (result.success) return result.output
  throw new LocalAlbError(complaintOf(`${where}rules`, result.issues))
}

function matches(pattern: string, path: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 's').test(path)
}

/** The first rule that matches the path, else {@link DEFAULT_RULE}. */
export function ruleFor(rules: readonly ListenerRule[], path: string): ListenerRule {
  return rules.find((rule) => matches(rule.path, path)) ?? DEFAULT_RULE
}
