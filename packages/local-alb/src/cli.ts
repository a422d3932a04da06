#!/usr/bin/env node
/**
 * The command `local-alb`.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { exitCodeOf } from './app-process.js'
import { FAULTS, parseFault } from './faults.js'
import { type LocalAlbOptions, startLocalAlb } from './local-alb.js'
import { parseRules } from './rules.js'
import { LocalAlbError, parseUsers, readUsersFile } from './users.js'

const HELP = `An AWS load balancer with Cognito sign-in, on your desk.

  local-alb [options] -- <command of the app>     start the app, with PORT and COGNITO_AUTH_* set
  local-alb [options] --target http://localhost:3000     in front of a running app

  --users <file>         JSON list of mock users: email, name, groups, sub, username, email_verified
  --port <number>        where to listen, on this machine only (8080; 0 for a free port)
  --target <url>         the app, if it runs already
  --app-port <number>    port of the app that is started (a free one, given in PORT)
  --config <file>        JSON with users, rules, port, target, sessionSeconds, timeoutSeconds, logoutUrls, healthPath
  --session <seconds>    how long a session lasts (604800)
  --timeout <seconds>    how long the app may take to answer (60)
  --logout-url <url>     where else people may be sent after signing out (repeatable)
  --health-path <path>   a path that is asked every 30 seconds, as a target group does
  --fault <name>         begin with a fault: ${Object.keys(FAULTS).join(', ')}
  --print-env            print the environment that an app needs, then go on
  --help

rules in --config: [{"path": "/public/*", "action": "authenticate" | "allow" | "deny" | "none", "target": "http://localhost:3001"}]

Signals are passed on to the app and all it started. The exit code is the app's; 1 when the load balancer could not start, 2 when an option is wrong.
Pages: /_local-alb shows sessions, tokens as last sent, recent requests, and faults.
`

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

function number(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined
  const parsed = Number(value)
  if (value.trim() !== '' && Number.isInteger(parsed) && parsed >= 0) return parsed
  throw new LocalAlbError(`--${name} must be a whole number`)
}

/** Options of the JSON file, checked where they are used. */
function readConfig(path: string | undefined): LocalAlbOptions {
  if (path === undefined) return {}
  let value: unknown
  try {
    value = JSON.parse(readFileSync(path, 'utf8'))
  } catch (cause) {
    throw new LocalAlbError(`file ${path} cannot be read as JSON`, { cause })
  }
  if (typeof value !== 'object' || value === null) throw new LocalAlbError(`file ${path} must be a JSON object`)
  const known = [
    'users',
    'rules',
    'port',
    'target',
    'appPort',
    'sessionSeconds',
    'timeoutSeconds',
    'logoutUrls',
    'healthPath',
  ]
  const unknown = Object.keys(value).find((key) => !known.includes(key) && !key.startsWith('_'))
  if (unknown !== undefined)
    throw new LocalAlbError(`file ${path} has an unknown key ${unknown}; it may have ${known.join(', ')}`)
  const config = value as LocalAlbOptions
  if (config.users !== undefined) parseUsers(config.users, `file ${path}: users`)
  if (config.rules !== undefined) parseRules(config.rules)
  return config
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        users: { type: 'string' },
        port: { type: 'string' },
        target: { type: 'string' },
        'app-port': { type: 'string' },
        config: { type: 'string' },
        session: { type: 'string' },
        timeout: { type: 'string' },
        'logout-url': { type: 'string', multiple: true },
        'health-path': { type: 'string' },
        fault: { type: 'string' },
        'print-env': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    })
  } catch (cause) {
    throw new LocalAlbError(cause instanceof Error ? cause.message : 'unknown option', { cause })
  }
}

/** Whether the mistake is in what was asked for, rather than in what happened then. */
class UsageError extends LocalAlbError {}

function optionsOf(argv: readonly string[]) {
  try {
    const { values, positionals } = parse(argv)
    const config = readConfig(values.config)
    const options: LocalAlbOptions = {
      ...config,
      users: values.users === undefined ? config.users : readUsersFile(values.users),
      port: number(values.port, 'port') ?? config.port,
      target: values.target ?? config.target,
      appPort: number(values['app-port'], 'app-port') ?? config.appPort,
      sessionSeconds: number(values.session, 'session') ?? config.sessionSeconds,
      timeoutSeconds: number(values.timeout, 'timeout') ?? config.timeoutSeconds,
      logoutUrls: values['logout-url'] ?? config.logoutUrls,
      healthPath: values['health-path'] ?? config.healthPath,
      command: positionals.length > 0 ? positionals : undefined,
    }
    return { options, values, fault: values.fault === undefined ? undefined : parseFault(values.fault) }
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}

async function main(): Promise<number> {
  const { options, values, fault } = optionsOf(process.argv.slice(2))
  if (values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const stopping = new Promise<NodeJS.Signals>((resolve) => {
    let isStopping = false
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        // Asked a second time, it does not wait for the app any longer, which is killed with us.
        if (isStopping) process.exit(exitCodeOf(signal))
        isStopping = true
        resolve(signal)
      })
    }
  })
  const alb = await Promise.race([startLocalAlb(options), stopping])
  if (typeof alb === 'string') process.exit(exitCodeOf(alb))
  alb.setFault(fault)
  process.stderr.write(`Local load balancer on ${alb.url} (status and faults: ${alb.url}/_local-alb)\n`)
  if (values['print-env']) {
    for (const [name, value] of Object.entries(alb.env)) process.stdout.write(`export ${name}='${value}'\n`)
  }
  const end = await (alb.appExited === undefined ? stopping : Promise.race([stopping, alb.appExited]))
  if (typeof end === 'number') {
    await alb.stop()
    return end
  }
  await alb.stop(end)
  return (await alb.appExited) ?? exitCodeOf(end)
}

try {
  process.exitCode = await main()
} catch (error) {
  // What a person can mend is a sentence; the rest is a bug of ours and keeps its stack.
  if (!(error instanceof LocalAlbError)) throw error
  process.stderr.write(`local-alb: ${error.message}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
