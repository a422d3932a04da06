/**
 * Recent requests: what was asked, as whom, and who answered what and why.
 *
 * @module
 */

import type { FaultName } from '../options/faults.js'
import type { MockUser } from '../options/users.js'
import type { OidcHeaders } from '../tokens/token-issuer.js'

const MOST_RECENT = 100

/** Who sent a request, and how. */
export interface Client {
  readonly address: string
  readonly port: string
  readonly host?: string | undefined
  readonly userAgent?: string | undefined
  readonly httpVersion: string
  readonly isUpgrade: boolean
  /** Cipher, version and server name of TLS; `undefined` for plain HTTP. */
  readonly tls?:
    | { readonly cipher: string; readonly version: string; readonly serverName: string | undefined }
    | undefined
  /** The connection, in AWS's words: all requests on it have the same. */
  readonly connection?: string | undefined
  /** As the app gets it. */
  traceId?: string | undefined
}

/** Bytes from and to the client, headers included; `undefined` where they are not counted. */
export interface Transferred {
  readonly received: number
  readonly sent: number
}

/** A request at the load balancer, for people to read. */
export interface RequestRecord {
  readonly id: string
  readonly at: Date
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** Who is signed in; empty for no user. */
  user: string
  /** `undefined` as long as there is no answer. */
  status: number | 'client left' | 'no answer' | undefined
  /** `undefined` as long as there is no answer. */
  answeredBy: 'app' | 'load balancer' | undefined
  /** How long the answer took to begin, in milliseconds. */
  milliseconds: number | undefined
  /** `X-Cognito-Auth-Reason` of the app: code, and reason after a slash. */
  reason: string | undefined
  /** A sentence about the answer: what was checked, got and expected, or why the load balancer answered itself. */
  why: string | undefined
  /** `error_reason` of AWS's access log. */
  errorReason?: string | undefined
  /** Where a redirect action sent the client. */
  redirectUrl?: string | undefined
  /** The fault that was on. */
  fault: FaultName | undefined
  readonly client: Client
  /** Priority of the rule that matched, from 1; 0 for the default action. */
  rule: number
  /** What the load balancer did, in the words of AWS's access log. */
  actions: readonly string[]
  /** The user, where one is signed in. */
  who: MockUser | undefined
  /** The ticket that it came with, where the load balancer sent it itself. */
  ticket: string | undefined
  /** The app or the rule's own target; empty where the load balancer answered. */
  target: string
  /** The headers that the load balancer added. */
  sent: OidcHeaders
}

/** What is known of a request when it comes. */
export type NewRecord = Pick<RequestRecord, 'method' | 'path'> & Partial<Pick<RequestRecord, 'user' | 'client'>>

const NO_CLIENT: Client = { address: '-', port: '-', httpVersion: '1.1', isUpgrade: false }

/** Called for each change of a request. */
export type RequestListener = (record: RequestRecord) => void

/** Called once nothing more is sent. */
export type FinishListener = (record: RequestRecord, transferred: Transferred | undefined) => void

/** The latest requests, newest first. */
export class RequestLog {
  readonly #records: RequestRecord[] = []
  readonly #listeners = new Set<RequestListener>()
  readonly #finishListeners = new Set<FinishListener>()
  #count = 0

  get recent(): readonly RequestRecord[] {
    return this.#records
  }

  find(id: string): RequestRecord | undefined {
    return this.#records.find((record) => record.id === id)
  }

  /** Remembers a request that begins; not that of an icon, which browsers ask for by themselves. */
  begin({ method, path, user = '', client = NO_CLIENT }: NewRecord): RequestRecord {
    this.#count += 1
    const record: RequestRecord = {
      id: String(this.#count),
      at: new Date(),
      method,
      path,
      user,
      client,
      rule: 0,
      actions: [],
      status: undefined,
      answeredBy: undefined,
      milliseconds: undefined,
      reason: undefined,
      why: undefined,
      fault: undefined,
      who: undefined,
      ticket: undefined,
      target: '',
      sent: {},
    }
    if (path !== '/favicon.ico') this.#records.unshift(record)
    this.#records.length = Math.min(this.#records.length, MOST_RECENT)
    return record
  }

  /** Says how a request was answered; the first word counts. */
  end(
    record: RequestRecord,
    answer: Pick<RequestRecord, 'status'> & Partial<Pick<RequestRecord, 'answeredBy' | 'reason' | 'why'>>,
  ): void {
    if (record.status !== undefined) return
    Object.assign(record, answer, { milliseconds: Date.now() - record.at.getTime() })
    for (const listener of this.#listeners) listener(record)
  }

  /** Says that nothing more is sent. */
  finish(record: RequestRecord, transferred: Transferred | undefined): void {
    for (const listener of this.#finishListeners) listener(record, transferred)
  }

  /** Tells of requests that are over, to the last byte. */
  whenFinished(listener: FinishListener): void {
    this.#finishListeners.add(listener)
  }

  /** @returns a function that ends it. */
  subscribe(listener: RequestListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  clear(): void {
    this.#records.length = 0
  }
}
