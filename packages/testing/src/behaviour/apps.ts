/**
 * The apps of an adapter that the table is run against: one for each variant.
 *
 * @module
 */

import { createTestAlb, type TestAlb } from '../test-alb.js'
import { bearerOptions, bearerRows } from './bearer-rows.js'
import { pageRows } from './page-rows.js'
import { localOptions, reasonRows } from './reason-rows.js'
import { type AppVariant, type BehaviourRow, REDIRECT_URL } from './row.js'
import { behaviourRows, handlerRows, rawPathRows } from './rows.js'
import { differencesOf, runRow } from './run-row.js'
import { sendRaw } from './send.js'
import { earlierCookieRows, logoutRows, signOutOptions, signOutRows } from './sign-out-rows.js'

/** Options of each variant, besides those of the test load balancer. `local` also needs a hook: see {@link reasonRows}. */
export const variantOptions = {
  plain: {},
  redirect: { redirectUrl: REDIRECT_URL },
  optional: { redirectUrl: REDIRECT_URL },
  signOut: signOutOptions,
  bearer: bearerOptions,
  local: localOptions,
} as const satisfies Readonly<Record<AppVariant, object>>

/** Every row, for adapters whose middleware stands in front of routes, and which see paths as they were sent. */
export const middlewareRows: readonly BehaviourRow[] = [
  ...behaviourRows,
  ...pageRows,
  ...rawPathRows,
  ...handlerRows,
  ...signOutRows,
  ...logoutRows,
  ...earlierCookieRows,
  ...bearerRows,
  ...reasonRows,
]

/** An app that listens, and the load balancer that it trusts. */
export interface BehaviourApp {
  readonly origin: string
  readonly alb: TestAlb
}

/**
 * Starts the app of each variant when a row first asks for it, before a load balancer of its own.
 *
 * @example
 * ```ts
 * const apps = new BehaviourApps(async (variant, alb) => await listen(appOf(variant, alb)))
 * test.each(middlewareRows)('$app: $what', async (row) => {
 *   expect(await apps.run(row)).toEqual([])
 * })
 * ```
 */
export class BehaviourApps {
  readonly #listen: (variant: AppVariant, alb: TestAlb) => Promise<string>
  readonly #shared = new Map<AppVariant, Promise<BehaviourApp>>()

  /** @param listen Starts an app that trusts this load balancer, and gives its origin. Ending it is the caller's. */
  constructor(listen: (variant: AppVariant, alb: TestAlb) => Promise<string>) {
    this.#listen = listen
  }

  /** The app that a row is for: a new one where it needs one that no other row has used. */
  async of({ app, fresh }: BehaviourRow): Promise<BehaviourApp> {
    if (fresh) return await this.#start(app)
    const started = this.#shared.get(app) ?? this.#start(app)
    this.#shared.set(app, started)
    return await started
  }

  /** Runs a row, and lists what is not as expected. */
  async run(row: BehaviourRow): Promise<string[]> {
    return await runRow(row, await this.of(row))
  }

  async #start(variant: AppVariant): Promise<BehaviourApp> {
    const alb = await createTestAlb()
    return { alb, origin: await this.#listen(variant, alb) }
  }
}

/**
 * Asks an app whose router was given a maker uncalled (`app.use(auth.protect)`) for its only route, which says `open`.
 *
 * @param options Of a test load balancer and {@link signOutOptions}, for the adapter.
 * @returns what is not as expected: 500, and nothing else.
 */
export async function runUncalled(
  listen: (options: TestAlb['options'] & typeof signOutOptions) => Promise<string>,
): Promise<string[]> {
  const { options } = await createTestAlb()
  const response = await sendRaw(await listen({ ...options, ...signOutOptions }), { path: '/' })
  return differencesOf(response, { status: 500, body: /^(?!open$)/ })
}
