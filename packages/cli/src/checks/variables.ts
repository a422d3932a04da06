/**
 * Values of an environment that is looked at.
 *
 * @module
 */

/** Whether one of these variables has a value; spaces are none. */
export function isAnySet(environment: NodeJS.ProcessEnv, ...names: readonly string[]): boolean {
  return names.some((name) => Boolean(environment[name]?.trim()))
}

/** Entries of comma-separated lists. */
export function listIn(environment: NodeJS.ProcessEnv, ...names: readonly string[]): string[] {
  return names
    .flatMap((name) => (environment[name] ?? '').split(','))
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
}
