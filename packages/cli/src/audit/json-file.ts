/**
 * Reads a file of JSON.
 *
 * @module
 */

import { readFileSync } from 'node:fs'
import { UnreadableError } from './unreadable.js'

/** What `JSON.parse` gives. */
export type Json = null | boolean | number | string | readonly Json[] | JsonRecord

export interface JsonRecord {
  readonly [member: string]: Json
}

export function isJsonRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An own member: a template may have one called `constructor`, and need not have one called `Resources`. */
export function member(value: Json | undefined, name: string): Json | undefined {
  return isJsonRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** A string; an empty one for anything else: `String()` throws for an object with a member `toString`. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

/** Members of an object; none of anything else. */
export function members(value: Json | undefined): readonly (readonly [string, Json])[] {
  return isJsonRecord(value) ? Object.entries(value) : []
}

/** Entries of a list; none of anything else. */
export function entries(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : []
}

/** Why a file cannot be read, by the error code of the system. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read',
}

/**
 * @throws {UnreadableError} when the file cannot be read, or is not JSON.
 */
export function readJson(file: string): { readonly json: Json; readonly source: string } {
  let source: string
  try {
    source = readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw new UnreadableError(`${file} ${REASONS[code] ?? `cannot be read (${code})`}`, { cause })
  }
  try {
    return { json: JSON.parse(source) as Json, source }
  } catch {
    throw new UnreadableError(
      `${file} is not JSON: give a template that cdk synth wrote to cdk.out, or the output of terraform show -json PLAN`,
    )
  }
}
