/**
 * The command as a function: `npm create @cognito-auth@latest` is what it is for.
 *
 * @module
 */

export { run } from './main.js'
export type { Surroundings } from './main.js'
