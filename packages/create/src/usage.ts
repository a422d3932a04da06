/**
 * What the command takes.
 *
 * @module
 */

import { TEMPLATES } from './template.js'

export const SHORT_USAGE = `Usage: npm create @cognito-auth@latest [name] -- [--template <name>] [--no-infra] [--yes]
       npx @cognito-auth/create update [--dry-run]
`

export const USAGE = `An app behind an AWS load balancer with Cognito sign-in: tested, with its infrastructure.

  npm create @cognito-auth@latest [name] -- [options]  a new app, in a new folder
  npx @cognito-auth/create update [--dry-run]          newer template files, in the folder of an app

  --template <name>  ${Object.keys(TEMPLATES).join(', ')}
  --no-infra         without infra/, the CDK app
  --yes              asks nothing: my-app, express

update
  --dry-run          says what it would write, and writes nothing

  --help
  --version

It installs nothing, and makes no git repository. Exit codes: 0 done. 1 not possible, nothing written. 2 not understood.
`
