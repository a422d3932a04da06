/**
 * What `gateway --help` says.
 *
 * @module
 */

/** All flags, for people. A test compares it with them. */
export const HELP = `Cognito sign-in behind an AWS load balancer, in front of any app.

  gateway [options] -- <command of the app>        start the app on a free port of 127.0.0.1: {port}, PORT
  gateway [options] --upstream http://127.0.0.1:8501   in front of an app that runs already
  gateway [options] --verify-only                  asked by nginx, Caddy, Traefik, Envoy or HAProxy

Where
  --upstream <url>               the app: http on a loopback address or a private name, https elsewhere
  --listen <address:port>        where to listen (0.0.0.0:8080; 127.0.0.1:4180 with --verify-only)
  --timeout-seconds <number>     how long the app may take to begin its answer (60; 0 for ever)
  --drain-seconds <number>       how long requests under way may take to end after SIGTERM (20)
  --access-log                   a line of JSON for each request, on standard output

What is protected, and what the app is told
  --bypass <path>                an exact path that needs no tokens, such as a health check (repeatable)
  --identity <preset>            auth-request (X-Auth-Request-Email, ...), forwarded, remote or grafana
  --identity-user, --identity-email, --identity-groups, --identity-name, --identity-username <header>
                                 header names of your own
  --assertion-audience <text>    a signed JWT besides, in X-Cognito-Auth-Assertion, for the app that this names
  --assertion-issuer <text>      its "iss" (the gateway's URL)
  --assertion-name <header>      its header
  --assertion-key-file <file>    P-256 private key in PEM that signs it, the same for all replicas (made at start)
  --pass-tokens                  the app also gets the load balancer's own x-amzn-oidc-* headers
  --error-page false             problem documents for browsers too
  --sign-out-path <path>         the path at which people sign out (COGNITO_AUTH_SIGN_OUT_PATH)
  --redirect-url <url>           where browsers are sent on 401 and 403 (COGNITO_AUTH_REDIRECT_URL)

Who is accepted: each has an environment variable, which is the usual place
  --alb-arn, --client-id, --user-pool-id, --issuer, --region, --platform-admin-groups, --config-ttl-seconds,
  --config-max-age-seconds, --cognito-domain, --logout-urls, --session-cookie-name, --groups-claim, --alb-keys-url,
  --local-alb, --dev-mode, --clock-tolerance-seconds, --key-ttl-seconds, --token-cache-size, --allow-any-alb
  --authoriser null              everyone who is signed in, instead of COGNITO_AUTH_CONFIG_PATH or ..._SECRET_NAME

  --version                      print the version
  -h, --help                     print this

Exit code: the app's (128 and the number of a signal that ended it), 0 with --upstream, 1 for a wrong value or
configuration, 2 for an unknown option. Documentation: https://www.npmjs.com/package/@cognito-auth/gateway
`
