/**
 * The name of an app, which is also that of its folder.
 *
 * @module
 */

import validate from 'validate-npm-package-name'
import { Failure } from './failure.js'

/**
 * An unscoped npm name, never a path: the folder is made where the command runs, and nowhere else.
 *
 * @throws {Failure} saying what is wrong with it.
 */
export function checkName(name: string): string {
  if (/[/\\]/.test(name) || name === '.' || name === '..') {
    throw new Failure(
      `'${name}' is a path or a scope: give a name, such as my-app, in the folder where the app should be`,
    )
  }
  const { validForNewPackages, errors = [], warnings = [] } = validate(name)
  if (!validForNewPackages)
    throw new Failure(`npm does not take '${name}' as a name: ${[...errors, ...warnings].join(', ')}`)
  return name
}

/** `my-app` as the name of a CloudFormation stack, which begins with a letter: `MyApp`. */
export function stackName(name: string): string {
  const joined = name
    .split(/[^a-z0-9]+/)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join('')
  return (/^[A-Z]/.test(joined) ? joined : `App${joined}`).slice(0, 100)
}

/**
 * As the beginning of a user pool domain: Cognito refuses other characters, and its own words.
 *
 * @see {@link https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html Domain prefixes}
 */
export function domainPrefix(name: string): string {
  const taken = name.replaceAll(/[^a-z0-9-]+/g, '-').replaceAll(/aws|amazon|cognito/g, 'app')
  return taken.slice(0, 40).replaceAll(/^-+|-+$/g, '') || 'app'
}
