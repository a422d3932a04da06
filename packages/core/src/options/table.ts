/**
 * The one table of options: how each is checked, its environment variable, and how that is read. What is not in it is no
 * option.
 *
 * @module
 */

import * as v from 'valibot'
import type { ErrorPage } from '../error-page.js'
import { functionSchema, seconds, text as textSchema, texts } from '../lib/schema.js'
import { entriesOf, type Option } from './option.js'
import { flag, list, listOfMember, listOrEmpty, listOrNone, number, text } from './readers.js'
import { isSignOutPath, isSignOutUrl, redirectTarget } from './targets.js'

const wholeNumber = v.pipe(
  v.number('must be a whole number'),
  v.safeInteger('must be a whole number'),
  v.minValue(0, 'must not be negative'),
)

type Table = Readonly<Record<string, Option>>

/** Options that concern tokens and keys. */
const VERIFIER = {
  // An empty variable is none, which is refused where one is required: dev mode wants none.
  albArn: {
    schema: v.optional(texts),
    variable: 'COGNITO_AUTH_ALB_ARN',
    plural: 'COGNITO_AUTH_ALB_ARNS',
    read: listOrNone,
  },
  allowAnyAlb: { schema: v.optional(v.literal(true, 'must be true, or left out')) },
  clientId: {
    schema: v.optional(texts),
    variable: 'COGNITO_AUTH_CLIENT_ID',
    plural: 'COGNITO_AUTH_CLIENT_IDS',
    read: list,
  },
  userPoolId: { schema: v.optional(texts), variable: 'COGNITO_AUTH_USER_POOL_ID', read: list },
  issuer: { schema: v.optional(texts), variable: 'COGNITO_AUTH_ISSUER', read: list },
  region: {
    schema: v.optional(
      v.pipe(textSchema, v.regex(/^[a-z]+(-[a-z0-9]+)+$/, 'must be an AWS region, such as eu-west-2')),
    ),
    variable: 'COGNITO_AUTH_REGION',
    read: text,
  },
  clockToleranceSeconds: { schema: v.optional(seconds, 5) },
  keyTtlSeconds: { schema: v.optional(v.pipe(seconds, v.gtValue(0, 'must be more than 0')), 3600) },
  tokenCacheSize: { schema: v.optional(wholeNumber, 10_000) },
  tokenCacheBytes: { schema: v.optional(wholeNumber, 32 * 2 ** 20) },
  fetch: { schema: v.optional(functionSchema<typeof globalThis.fetch>()) },
  albKeysUrl: { schema: v.optional(textSchema), variable: 'COGNITO_AUTH_ALB_KEYS_URL', read: text },
  groupsClaim: { schema: v.optional(textSchema), variable: 'COGNITO_AUTH_GROUPS_CLAIM', read: text },
  localAlb: { schema: v.optional(textSchema), variable: 'COGNITO_AUTH_LOCAL_ALB', read: text },
  // An object, each of whose members has a row of its own: BEARER below.
  bearer: {
    schema: v.optional(v.unknown()),
    variable: 'COGNITO_AUTH_BEARER_CLIENT_IDS or COGNITO_AUTH_BEARER_SCOPES',
  },
} as const satisfies Table

/** Every option of `CognitoAuth`. */
export const OPTIONS = {
  ...VERIFIER,
  configTtlSeconds: { schema: v.optional(seconds, 300), variable: 'COGNITO_AUTH_CONFIG_TTL', read: number },
  configMaxAgeSeconds: { schema: v.optional(seconds), variable: 'COGNITO_AUTH_CONFIG_MAX_AGE', read: number },
  platformAdminGroups: {
    schema: v.optional(v.array(textSchema, 'must be a list of groups')),
    variable: 'COGNITO_AUTH_PLATFORM_ADMIN_GROUPS',
    read: listOrEmpty,
  },
  redirectUrl: {
    schema: v.optional(
      v.pipe(
        textSchema,
        v.transform(redirectTarget),
        v.string('must be an http(s) URL, or a path that begins with /, without control characters'),
      ),
    ),
    variable: 'COGNITO_AUTH_REDIRECT_URL',
    read: text,
  },
  errorPage: {
    schema: v.optional(
      v.union(
        [v.literal(false), functionSchema<(page: ErrorPage) => string>()],
        'must be false, or a function that returns HTML',
      ),
    ),
  },
  devMode: {
    schema: v.optional(v.boolean('must be true or false'), false),
    variable: 'COGNITO_AUTH_DEV_MODE',
    read: flag,
  },
  cognitoDomain: { schema: v.optional(textSchema), variable: 'COGNITO_AUTH_DOMAIN', read: text },
  logoutUrls: {
    schema: v.optional(
      v.pipe(
        v.array(
          v.pipe(textSchema, v.url('must be a URL'), v.regex(/^https?:/, 'must be an http(s) URL')),
          'must be a list of URLs',
        ),
        v.nonEmpty('must not be an empty list'),
      ),
    ),
    variable: 'COGNITO_AUTH_LOGOUT_URLS',
    read: listOrNone,
  },
  signOutPath: {
    schema: v.optional(
      v.pipe(
        textSchema,
        v.check(isSignOutPath, 'must be an exact path of this app that begins with /, without query or wildcards'),
      ),
    ),
    variable: 'COGNITO_AUTH_SIGN_OUT_PATH',
    read: text,
  },
  signOutUrl: {
    schema: v.optional(
      v.pipe(
        textSchema,
        v.check(
          isSignOutUrl,
          'must be an https URL, with {returnTo} where the identity provider takes the URL to return to',
        ),
      ),
    ),
    variable: 'COGNITO_AUTH_SIGN_OUT_URL',
    read: text,
  },
  sessionCookieName: {
    schema: v.optional(
      v.pipe(textSchema, v.regex(/^[\w!#$%&'*+.^`|~-]+$/, 'must be a cookie name')),
      'AWSELBAuthSessionCookie',
    ),
  },
  // CognitoAuth says itself what one is, and makes it of the config that the variables name: config/configured-source.ts.
  authoriser: {
    schema: v.optional(v.unknown()),
    variable: 'COGNITO_AUTH_CONFIG_PATH or COGNITO_AUTH_SECRET_NAME',
  },
} as const satisfies Table

/** Members of the option `bearer`. */
export const BEARER = {
  clientId: { schema: texts, variable: 'COGNITO_AUTH_BEARER_CLIENT_IDS', read: listOfMember },
  scopes: { schema: v.optional(texts), variable: 'COGNITO_AUTH_BEARER_SCOPES', read: listOfMember },
  audience: { schema: v.optional(texts) },
} as const satisfies Table

export const verifierEntries: ReturnType<typeof entriesOf<typeof VERIFIER>> = entriesOf(VERIFIER)
export const authEntries: ReturnType<typeof entriesOf<typeof OPTIONS>> = entriesOf(OPTIONS)
export const bearerEntries: ReturnType<typeof entriesOf<typeof BEARER>> = entriesOf(BEARER)

/** Environment variable of each option that has one. */
export const VARIABLES: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries<Option>(OPTIONS).flatMap(([name, { variable }]) => (variable === undefined ? [] : [[name, variable]])),
)

/** Every variable that is read. */
export const VARIABLE_NAMES: readonly string[] = [
  ...new Set([
    ...Object.values(VARIABLES).flatMap((names) => names.split(' or ')),
    ...Object.values<Option>(OPTIONS).flatMap(({ plural }) => plural ?? []),
    'COGNITO_AUTH_DEV_CONFIG',
  ]),
]
