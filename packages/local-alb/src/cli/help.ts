/**
 * What `local-alb --help` says.
 *
 * @module
 */

import { FAULTS } from '../options/faults.js'

export const HELP = `An AWS load balancer with Cognito sign-in, on your desk.

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
  --port <number>             where to listen, on this machine only; 0 for a free one (8080, or the next free one)
  --https                     TLS and HTTP/2, with a certificate made at start, which browsers warn of (port 8443)
  --public-url <url>          where people reach it from elsewhere, such as a Codespace: https://x-8080.app.github.dev
  --config <file>             JSON, or a TypeScript or JavaScript module with a default export: options of
                              startLocalAlb(), such as users, rules, port, target, command; flags win,
                              and an app given by flag replaces the file's target, command and lambda
  --at <time>                 its clock: 2026-12-24T08:00:00Z, +2h or -5m (this machine's)
  --access-log <file>         write access log lines in AWS's format; - for standard output
  --quiet                     say nothing but errors
  --fault <name>              begin with a fault, see below
  --attack                    try the app with every attack and outage, print what it did, and end: 1 if an attack was
                              accepted, or an outage answered as if the user had done something wrong
  --attack-path <path>        a page that needs a user (/)
  --attack-as <e-mail>        who is signed in (the first user whom the app answers)
  --json                      with --attack: the report as JSON
  --print-env                 print the environment that an app needs, then go on; without an app, print it and end:
                              eval "$(local-alb --print-env)"
  --version                   print the version
  -h, --help                  print this

rules in --config: [{"path": "/public/*", "action": "none"}]; conditions: path, hosts, methods, headers, query, sources;
actions: authenticate, allow, deny, none, jwt (claims), redirect (redirect), fixed-response (response); target: http://localhost:3001
The files of --users and --config are read again when they change: users and rules then are as they say.

faults:
${Object.entries(FAULTS)
  .map(([name, meaning]) => `  ${name.padEnd(22)}${meaning}`)
  .join('\n')}

Signals are passed on to the app and all it started, which never outlive local-alb. The exit code is the app's; 1 when the load balancer could not
start, 2 when an option is wrong. The console, /_local-alb, shows requests with their tokens, and changes users, faults, keys and time. On a terminal: o opens
the app, u users, f faults, q quits.
`
