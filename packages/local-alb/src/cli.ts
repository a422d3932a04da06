#!/usr/bin/env node
/**
 * The command `local-alb`.
 *
 * @module
 */

import { parseArgs } from 'node:util'
import { exitCodeOf } from './app-process.js'
import { importModule, readConfigFile } from './config-file.js'
import { FAULTS, parseFault } from './faults.js'
import type { LambdaHandler } from './lambda-target.js'
import { startLocalAlb } from './local-alb.js'
import { type LocalAlbOptions, parseOptions, UsageError } from './options.js'
import { LocalAlbError, readUsersFile } from './users.js'

const HELP = `An AWS load balancer with Cognito sign-in, on your desk.

  local-alb [options] -- <command of the app>            start the app, with PORT and COGNITO_AUTH_* set
  local-alb [options] --target http://localhost:3000     in front of a running app
  local-alb [options] --lambda handler.ts                a Lambda function, called with a load balancer's events

What is behind it
  --target <url>              the app, if it runs already
  --app-port <number>         port of the app that is started (a free one, given in PORT)
  --lambda <file>             a JavaScript or TypeScript module that exports "handler"
  --multi-value-headers       the Lambda target group has multi-value headers on
  --health-path <path>        a path that is asked every 30 seconds, as a target group does
  --timeout <seconds>         how long the app may take to answer (60)

Who signs in, and for how long
  --users <file>              JSON list of mock users: email, name, given_name, family_name, groups, sub, username,
                              email_verified, claims
  --session <seconds>         how long a session lasts (604800)
  --access-token <seconds>    how long an access token lasts before it is refreshed (3600)
  --token <seconds>           how long a user claims token lasts (120)
  --oidc                      another provider than Cognito: groups in the user claims token, opaque access token
  --issuer <url>              its issuer; implies --oidc (https://idp.local-alb.example)
  --groups-claim <name>       its claim with the groups; implies --oidc (groups)
  --logout-url <url>          where else people may be sent after signing out (repeatable)

The load balancer itself
  --port <number>             where to listen, on this machine only (8080; 0 for a free port)
  --config <file>             JSON, or a TypeScript or JavaScript module with a default export: options of
                              startLocalAlb(), such as users, rules, port, target, command; flags win
  --fault <name>              begin with a fault, see below
  --print-env                 print the environment that an app needs, then go on
  -h, --help

rules in --config: [{"path": "/public/*", "action": "authenticate" | "allow" | "deny" | "none", "target": "http://localhost:3001"}]

faults:
${Object.entries(FAULTS)
  .map(([name, meaning]) => `  ${name.padEnd(22)}${meaning}`)
  .join('\n')}

Signals are passed on to the app and all it started. The exit code is the app's; 1 when the load balancer could not
start, 2 when an option is wrong. Pages: /_local-alb shows the session, tokens as last sent, recent requests, and faults.
`

const FLAGS = {
  target: { type: 'string' },
  'app-port': { type: 'string' },
  lambda: { type: 'string' },
  'multi-value-headers': { type: 'boolean' },
  'health-path': { type: 'string' },
  timeout: { type: 'string' },
  users: { type: 'string' },
  session: { type: 'string' },
  'access-token': { type: 'string' },
  token: { type: 'string' },
  oidc: { type: 'boolean' },
  issuer: { type: 'string' },
  'groups-claim': { type: 'string' },
  'logout-url': { type: 'string', multiple: true },
  port: { type: 'string' },
  config: { type: 'string' },
  fault: { type: 'string' },
  'print-env': { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/** Whatever asks a program to end: Ctrl-C, Ctrl-\, Ctrl-Break, a closed terminal, `kill`, and nodemon's way. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGBREAK'] as const

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: FLAGS })
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : 'unknown option', { cause })
  }
}

function number(value: string | undefined, name: string): number | undefined {
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Number(value)
  throw new UsageError(`--${name} must be a whole number`)
}

/**
 * A handler whose module is loaded once the environment is known, as a function's is.
 *
 * @returns the handler, and what loads it.
 */
function lambdaFrom(path: string) {
  let handler: LambdaHandler | undefined
  return {
    // All arguments, for what a handler is given besides.
    lambda: (async (...args: Parameters<LambdaHandler>) => await handler?.(...args)) satisfies LambdaHandler,
    async load(env: Readonly<Record<string, string>>) {
      // What the user has set stays, as for an app that is started.
      for (const [name, value] of Object.entries(env)) process.env[name] ??= value
      process.env['COGNITO_AUTH_LOCAL_ALB'] = env['COGNITO_AUTH_LOCAL_ALB']
      const module = await importModule(path)
      if (typeof module['handler'] !== 'function') throw new UsageError(`file ${path} must export a function "handler"`)
      handler = module['handler'] as LambdaHandler
    },
  }
}

/** Options from flags and the config file; flags win. */
async function readOptions({ values, positionals }: ReturnType<typeof parse>): Promise<LocalAlbOptions> {
  const config = values.config === undefined ? {} : await readConfigFile(values.config)
  const { issuer, 'groups-claim': groupsClaim } = values
  const hasOidc = values.oidc === true || issuer !== undefined || groupsClaim !== undefined
  const flags = {
    target: values.target,
    appPort: number(values['app-port'], 'app-port'),
    lambdaMultiValueHeaders: values['multi-value-headers'],
    healthPath: values['health-path'],
    timeoutSeconds: number(values.timeout, 'timeout'),
    users: values.users === undefined ? undefined : readUsersFile(values.users),
    sessionSeconds: number(values.session, 'session'),
    accessTokenSeconds: number(values['access-token'], 'access-token'),
    tokenSeconds: number(values.token, 'token'),
    oidc: hasOidc ? { ...config.oidc, ...(issuer && { issuer }), ...(groupsClaim && { groupsClaim }) } : undefined,
    logoutUrls: values['logout-url'],
    port: number(values.port, 'port'),
    fault: values.fault === undefined ? undefined : parseFault(values.fault),
    command: positionals.length > 0 ? positionals : undefined,
  }
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined))
  return parseOptions({ ...config, ...given }, '')
}

async function optionsOf(parsed: ReturnType<typeof parse>): Promise<LocalAlbOptions> {
  try {
    return await readOptions(parsed)
  } catch (cause) {
    if (!(cause instanceof LocalAlbError)) throw cause
    throw new UsageError(cause.message, { cause })
  }
}

/** The first signal that asks this process to end. */
async function asked(): Promise<NodeJS.Signals> {
  return await new Promise((resolve) => {
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
}

async function main(): Promise<number> {
  const parsed = parse(process.argv.slice(2))
  if (parsed.values.help) {
    process.stdout.write(HELP)
    return 0
  }
  const options = await optionsOf(parsed)
  const stopping = asked()
  const lambda = parsed.values.lambda === undefined ? undefined : lambdaFrom(parsed.values.lambda)
  const started = startLocalAlb(lambda === undefined ? options : { ...options, lambda: lambda.lambda })
  const alb = await Promise.race([started, stopping])
  if (typeof alb === 'string') process.exit(exitCodeOf(alb))
  try {
    await lambda?.load(alb.env)
  } catch (error) {
    await alb.stop()
    throw error
  }
  process.stderr.write(`Local load balancer on ${alb.url} (status and faults: ${alb.url}/_local-alb)\n`)
  if (parsed.values['print-env']) {
    for (const [name, value] of Object.entries(alb.env)) process.stdout.write(`export ${name}='${value}'\n`)
  }
  const end = await (alb.appExited === undefined ? stopping : Promise.race([stopping, alb.appExited]))
  await alb.stop(typeof end === 'string' ? end : undefined)
  if (typeof end === 'number') {
    process.stderr.write(`local-alb: the app exited with code ${end}\n`)
    return end
  }
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
