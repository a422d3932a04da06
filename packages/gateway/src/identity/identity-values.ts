/**
 * A user as header values: what an app behind the gateway reads.
 *
 * @module
 */

import type { User } from '@cognito-auth/core'
import { GROUPS_OMITTED_HEADER, type HeaderPlan, type IdentityField, USER_HEADER } from './header-names.js'

/** Many servers take 8 KiB of headers in all, or in one line. */
const MAX_BYTES = 8 * 1024
/** `: ` and the line end. */
const LINE_OVERHEAD = 4

/** Printable ASCII without the space and `%`: goes as it is. */
const PLAIN = /^[!-$&-~]*$/

/**
 * Percent-encodes each byte outside `0x21` to `0x7E`, and `%`. A lone surrogate is U+FFFD, as UTF-8 has no other way.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc3986#section-2.1 RFC 3986, section 2.1}
 */
export function encodeValue(value: string): string {
  if (PLAIN.test(value)) return value
  let encoded = ''
  for (const byte of Buffer.from(value, 'utf8'))
    encoded +=
      byte >= 0x21 && byte <= 0x7e && byte !== 0x25
        ? String.fromCharCode(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  return encoded
}

/** Group names with commas between them, and none inside. */
function encodeGroups(groups: readonly string[]): string {
  return groups.map((group) => encodeValue(group).replaceAll(',', '%2C')).join(',')
}

function valueOf(user: User, field: IdentityField): string {
  if (field === 'groups') return encodeGroups(user.groups)
  return encodeValue(field === 'user' ? user.sub : user[field])
}

const asJson = (user: object): string => Buffer.from(JSON.stringify(user)).toString('base64url')

/** Identity headers by name; all of them, always. */
export type IdentityValues = Readonly<Record<string, string>>

function sizeOf(values: IdentityValues): number {
  let size = 0
  for (const [name, value] of Object.entries(values)) size += name.length + value.length + LINE_OVERHEAD
  return size
}

/** The headers of a user, and whether the groups fitted in. */
export interface UserValues {
  readonly values: IdentityValues
  readonly areGroupsOmitted: boolean
}

/** Makes the headers of a user. */
export function identityValues(plan: HeaderPlan, user: User): UserValues {
  const values: Record<string, string> = {}
  for (const { name, field } of plan.identity) values[name] = valueOf(user, field)
  values[USER_HEADER] = asJson(user)
  if (sizeOf(values) <= MAX_BYTES) return { values, areGroupsOmitted: false }
  // Never a part of them: who reads that a user is in two groups believes that there is no third.
  for (const { name, field } of plan.identity) if (field === 'groups') values[name] = ''
  values[USER_HEADER] = asJson({ ...user, groups: [] })
  values[GROUPS_OMITTED_HEADER] = 'true'
  return { values, areGroupsOmitted: true }
}

/** The headers of no user: all of them, empty. */
export function noIdentity(plan: HeaderPlan): IdentityValues {
  const values: Record<string, string> = {}
  for (const { name } of plan.identity) values[name] = ''
  values[USER_HEADER] = ''
  return values
}
