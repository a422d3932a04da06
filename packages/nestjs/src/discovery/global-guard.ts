/**
 * Whether a guard of ours protects the whole app, however it was made one.
 *
 * @module
 */

import { type ApplicationConfig, APP_GUARD, ExternalContextCreator, type ModulesContainer } from '@nestjs/core'
import { isOurGuard } from '../access/brand.js'
import type { Module } from './bindings.js'

type Wrapper = Module['providers'] extends Map<unknown, infer Value> ? Value : never

/** What Nest keeps of an app, and does not provide. */
export interface Contexts {
  readonly config?: ApplicationConfig | undefined
  readonly container?: { getHttpAdapterHostRef(): unknown } | undefined
}

/** What makes handlers of GraphQL is provided, and has it, in all majors. */
export function contextsOf(creator: ExternalContextCreator): Contexts {
  return (creator as unknown as { readonly guardsContextCreator?: Contexts }).guardsContextCreator ?? {}
}

/** Nest's own list of what is global. */
export function applicationConfigOf(modules: ModulesContainer): ApplicationConfig | undefined {
  const creators = [...modules.values()].map(
    (module) => module.providers.get(ExternalContextCreator)?.instance as ExternalContextCreator | null | undefined,
  )
  const creator = creators.find((one) => one !== undefined && one !== null)
  return creator && contextsOf(creator).config
}

/** What a provider is given, in its constructor, factory or properties. */
export function dependenciesOf(wrapper: Wrapper): unknown[] {
  // With holes, where something optional was not found.
  const given = (wrapper.getCtorMetadata() ?? []).map(({ token }) => token as unknown)
  return [...given, ...(wrapper.getPropertiesMetadata() ?? []).map((property) => property.wrapper.token as unknown)]
}

/**
 * Guards under Nest's `APP_GUARD`, with which the token of such a provider begins, request-scoped ones included; and the
 * classes that they are given: a guard of the app's own may ask ours.
 */
function appGuards(modules: ModulesContainer): unknown[] {
  const wrappers = [...modules.values()].flatMap((module) => [
    ...module.providers.values(),
    ...module.injectables.values(),
  ])
  const global = wrappers.filter(({ token }) => typeof token === 'string' && token.startsWith(APP_GUARD))
  // `useExisting` is an alias of the provider that holds the same instance.
  const made = wrappers.filter(({ instance }) => instance && global.some((one) => one.instance === instance))
  return [...global, ...made].flatMap((wrapper) => [
    wrapper.instance as unknown,
    wrapper.metatype,
    ...dependenciesOf(wrapper),
  ])
}

/**
 * What a guard of the app's own keeps is an instance of: it may ask ours, which a factory or the app itself gave it. No
 * member is read but its own: others may be proxies that throw.
 */
function membersOf(guard: unknown): unknown[] {
  if (typeof guard !== 'object' || guard === null) return []
  return Object.values(Object.getOwnPropertyDescriptors(guard))
    .flatMap(({ value }) => value as unknown)
    .filter((member) => typeof member === 'object' && member !== null)
    .map((member) => Object.getPrototypeOf(member) as unknown)
}

/** Whether a guard of ours is asked for every handler: by the module, as `APP_GUARD`, or by `useGlobalGuards()`. */
export function hasGlobalGuard(modules: ModulesContainer): boolean {
  const made = applicationConfigOf(modules)?.getGlobalGuards() ?? []
  const guards: unknown[] = [...appGuards(modules), ...made]
  return [...guards, ...guards.flatMap(membersOf)].some(isOurGuard)
}
