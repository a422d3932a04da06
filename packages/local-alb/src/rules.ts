/**
 * Listener rules: what happens to a path.
 *
 * @module
 */

import * as v from 'valibot'
import { LocalAlbError } from './users.js'

const ruleSchema = v.strictObject({
  path: v.pipe(v.string(), v.startsWith('/')),
  action: v.picklist(['authenticate', 'allow', 'deny', 'none']),
  target: v.optional(v.pipe(v.string(), v.url(), v.startsWith('http://'))),
})

/**
 * A rule. `path` may have `*` (any characters) and `?` (one), as on AWS. `action` is what an authenticate action does
 * with people who are not signed in: `authenticate` sends them to sign in, `allow` lets them pass without headers,
 * `deny` answers 401; `none` is a rule without such an action. `target`: where to, if not to the default.
 */
export type ListenerRule = v.InferOutput<typeof ruleSchema>

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
