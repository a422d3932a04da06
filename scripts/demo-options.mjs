/** The flags of `npx pnpm demo`. */
import { createServer } from 'node:net'
import { parseArgs } from 'node:util'

/**
 * @param {readonly string[]} args
 * @param {readonly { name: string }[]} apps
 * @returns {{ isCheck: boolean, apps: { name: string }[] }}
 * @throws {Error} for a flag or an app that there is not.
 */
export function parseDemoArgs(args, apps) {
  const { values } = parseArgs({
    args,
    options: { check: { type: 'boolean', default: false }, only: { type: 'string', multiple: true, default: [] } },
  })
  const names = values.only.flatMap((list) => list.split(','))
  for (const name of names) {
    if (apps.some((app) => app.name === name)) continue
    throw new Error(`Unknown app '${name}'. There are: ${apps.map((app) => app.name).join(', ')}`)
  }
  return {
    isCheck: values.check,
    apps: names.length === 0 ? [...apps] : apps.filter(({ name }) => names.includes(name)),
  }
}

/** The port that is wanted, or 0, any one, where another program has it. */
export function portOrAny(wanted) {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(0))
    probe.listen(wanted, '127.0.0.1', () => probe.close(() => resolve(wanted)))
  })
}
