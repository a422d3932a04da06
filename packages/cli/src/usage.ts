/**
 * What the command takes, and what its exit codes mean.
 *
 * @module
 */

/** Exit codes; scripts rely on them. */
export const EXIT = {
  /** `explain`: let in. `doctor`: nothing to mend. */
  ok: 0,
  /** `explain`: not let in. `doctor`: something to mend. */
  no: 1,
  /** The command was not understood. */
  usage: 2,
  /** `explain`: the config could not be read, or is wrong. */
  config: 3,
  /** A bug in the command. */
  bug: 70,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The command was not understood; the message says what was not. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export const USAGE = `Explains decisions of cognito-auth, and checks its environment.

  npx @cognito-auth/cli explain [options]     why a user is let in, or not
  npx @cognito-auth/cli doctor [options]      whether this environment is right

explain
  --config <file>                the JSON config (default: COGNITO_AUTH_CONFIG_PATH, else COGNITO_AUTH_SECRET_NAME)
  --secret <name>                the Secrets Manager secret that holds it, instead
  --email <address>              the user's e-mail address
  --groups <a,b>                 the user's Cognito groups, separated by commas; repeatable
  --email-verified <true|false>  what the token says about the address (default: nothing, which counts as verified)
  --platform-admin-groups <a,b>  groups of platform admins (default: COGNITO_AUTH_PLATFORM_ADMIN_GROUPS)

doctor
  --no-network                   asks nothing of AWS: neither for keys, nor for a secret, nor for the time

both
  --json                         for programs; the fields are in the README
  --help

Exit codes: 0 let in, or nothing to mend. 1 not let in, or something to mend. 2 the command was not understood.
3 explain: the config could not be read, or is wrong. 70 a bug in this command.
`
