/**
 * Listener rules: what happens to a path.
 *
 * @module
 */

import * as v from 'valibot'
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

const ruleSchema = v.strictObject({
  path: v.pipe(v.string(), v.startsWith('/')),
  action: v.picklist(['authenticate', 'allow', 'deny', 'none']),
  target: v.optional(v.pipe(v.string(), v.url(), v.startsWith('http://'))),
} satisfies { readonly [Name in keyof Required<ListenerRule>]: v.GenericSchema<ListenerRule[Name]> })

/** Everything needs a sign-in, as most listeners are set up. */
export const DEFAULT_RULE: ListenerRule = { path: '/*', action: 'authenticate' }

/**
 * Checks rules.
 *
 * @throws {LocalAlbError} saying which one is wrong.
 */
export function parseRules(value: unknown, where = ''): readonly ListenerRule[] {
  const result = v.safeParse(v.array(ruleSchema), value)
  if (result.success) return result.output
  const index = String(result.issues[0].path?.[0]?.key ?? '')
  throw new LocalAlbError(
    `${where}rules[${index}] must be like {"path": "/public/*", "action": "authenticate" | "allow" | "deny" | "none", "target": "http://localhost:3001"}`,
  )
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
