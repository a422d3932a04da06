/**
 * What the command takes, and what its exit codes mean.
 *
 * @module
 */

/** Commands, with the line that is shown where one of them was not understood. */
export const COMMANDS = {
  explain: 'explain (--email <address> | --groups <a,b> | --client <id>) [--config <file> | --secret <name>] [options]',
  doctor: 'doctor [--no-network] [--json]',
  audit: 'audit <file> [--json | --sarif] [--ignore <rule:resource>]',
} as const

export type CommandName = keyof typeof COMMANDS

const NPX = 'npx @cognito-auth/cli'

/** Two lines: they stand above the error, which is then the last thing on the screen. */
export function shortUsage(command?: CommandName): string {
  const form = command === undefined ? `<${Object.keys(COMMANDS).join(' | ')}> [options]` : COMMANDS[command]
  return `Usage: ${NPX} ${form}\nAll options: ${NPX} --help\n`
}

export const USAGE = `Explains decisions of cognito-auth, and checks environments and templates.

  ${NPX} explain [options]       why a user is allowed, or denied
  ${NPX} doctor [options]        whether this environment is right
  ${NPX} audit <file> [options]  what in a template leads past the sign-in

explain
  --config <file>                the JSON config (default: COGNITO_AUTH_CONFIG_PATH, else COGNITO_AUTH_SECRET_NAME)
  --secret <name>                the Secrets Manager secret that holds it, instead
  --email <address>              the user's e-mail address
  --groups <a,b>                 the user's Cognito groups, separated by commas; repeatable
  --client <id>                  the app client of a bearer token, in place of an e-mail address
  --scopes <a,b>                 the scopes of that token, separated by commas; repeatable
  --email-verified <true|false>  what the token says about the address (default: nothing, which counts as verified,
                                 unless COGNITO_AUTH_GROUPS_CLAIM is set)
  --platform-admin-groups <a,b>  groups of platform admins (default: COGNITO_AUTH_PLATFORM_ADMIN_GROUPS)

doctor
  --no-network                   asks nothing of AWS: neither for keys, nor for a secret, nor for the time

audit
  <file>                         a synthesised CloudFormation template (JSON), or the output of terraform show -json PLAN
  --sarif                        for code scanning
  --ignore <rule:resource>       leaves a finding out, such as open-path:HealthRule; repeatable

all
  --json                         for programs; the fields are in the README
  --help
  --version

Variables in a .env file: node --env-file=.env node_modules/@cognito-auth/cli/dist/cli.mjs doctor

Exit codes: 0 allowed, or no problems found. 1 denied, or problems found. 2 the command was not understood.
3 explain: the config could not be read, or is wrong; audit: the file could not be read. 70 a bug in this command.
`
