/**
 * The module: one configured `CognitoAuth` for the whole app, the filter, and, if asked, the guard everywhere.
 *
 * @module
 */

import type { IncomingMessage, Server } from 'node:http'
import { CognitoAuth, type CognitoAuthOptions, ConfigurationError } from '@cognito-auth/core'
import { type Bypass, createAuth, createBypass, ownOptions, refuseUnknown } from '@cognito-auth/core/adapter'
import {
  type DynamicModule,
  type FactoryProvider,
  Inject,
  type InjectionToken,
  Module,
  type ModuleMetadata,
  type OnApplicationBootstrap,
  type OnModuleInit,
  Optional,
  type Provider,
  type Type,
} from '@nestjs/common'
import { type AbstractHttpAdapter, APP_FILTER, APP_GUARD, HttpAdapterHost, ModulesContainer } from '@nestjs/core'
import { AppGuard } from './app-guard.js'
import { checkApp, checkInitialised } from './discovery/check-app.js'
import { checkSilentGateways } from './discovery/gateways.js'
import { refuseScopes } from './discovery/scopes.js'
import { StartUpCheck } from './discovery/start-up-check.js'
import { isGuardUsed } from './discovery/usage.js'
import { createFront, createUpgradeCheck, type FrontOptions } from './front/front.js'
import { runFirst } from './front/platforms.js'
import { checkUpgrades } from './front/upgrades.js'
import { CognitoAuthGuard } from './guard.js'
import { ProblemFilter } from './transports/problem-filter.js'
import { FRONT_OPTIONS, MODULE_AUTH, type ModuleAuth, rememberModule, requestsOf } from './requests.js'
import { warn } from './warn.js'

/** Options of {@link CognitoAuthModule.forRoot}: those of `CognitoAuth`, and Nest's own. */
export interface CognitoAuthModuleOptions extends CognitoAuthOptions {
  /** Protects every handler of the app that is not `@Public()`. Gateways are asked to say so themselves. @default false */
  readonly global?: boolean | undefined
  /**
   * Also protects what is no handler: Swagger's pages, static files, GraphQL's landing page, paths that are not found.
   * Needs `global: true`. Handlers that are `@Public()` stay open. @default false
   */
  readonly everything?: boolean | undefined
  /**
   * With `everything`: paths that are no handler, and are open. Exact ones, `'/folder/*'` for all below a folder, or a
   * predicate on Node's request that opens by returning `true`. @default none
   */
  readonly bypass?: Bypass<IncomingMessage> | undefined
}

/** What a class for `useClass` and `useExisting` is like. */
export interface CognitoAuthOptionsFactory {
  /** Gives the options, or a `CognitoAuth` that exists. */
  createCognitoAuthOptions(): Promise<CognitoAuthOptions | CognitoAuth> | CognitoAuthOptions | CognitoAuth
}

/** Options of {@link CognitoAuthModule.forRootAsync}: exactly one of the three `use…`. */
export interface CognitoAuthModuleAsyncOptions {
  /** As `global` of {@link CognitoAuthModuleOptions}. @default false */
  readonly global?: boolean | undefined
  /** As `everything` of {@link CognitoAuthModuleOptions}. @default false */
  readonly everything?: boolean | undefined
  /** As `bypass` of {@link CognitoAuthModuleOptions}. @default none */
  readonly bypass?: Bypass<IncomingMessage> | undefined
  /** Modules that export what `inject` or the class needs. @default none */
  readonly imports?: ModuleMetadata['imports'] | undefined
  /** What `useFactory` is called with. @default nothing */
  readonly inject?: FactoryProvider['inject'] | undefined
  /** Gives the options, or a `CognitoAuth` that exists. @default none */
  // Arguments are whatever `inject` names, as in Nest's own FactoryProvider.
  readonly useFactory?:
    | ((...args: never[]) => Promise<CognitoAuthOptions | CognitoAuth> | CognitoAuthOptions | CognitoAuth)
    | undefined
  /** A class that gives the options; the module makes it. @default none */
  readonly useClass?: Type<CognitoAuthOptionsFactory> | undefined
  /** A provider of `imports` that gives the options. @default none */
  readonly useExisting?: InjectionToken<CognitoAuthOptionsFactory> | undefined
}

const OPTIONS_FACTORY = Symbol('cognito-auth:options-factory')
const OWN_OPTIONS = ['global', 'everything', 'bypass'] as const
const ASYNC_OPTIONS: readonly string[] = [...OWN_OPTIONS, 'imports', 'inject', 'useFactory', 'useClass', 'useExisting']

/** Tells modules apart that Nest 10 takes for one: it compares what they are made of, and functions by their text. */
const CONFIGURATION = Symbol('cognito-auth:configuration')
let configurations = 0

/**
 * Options of a factory, or a `CognitoAuth` that exists.
 *
 * @throws {ConfigurationError} for nothing: a forgotten `return` must not configure an app by its environment.
 */
function authOf(options: CognitoAuthOptions | CognitoAuth | null | undefined): CognitoAuth {
  if (typeof options === 'object' && options !== null) return createAuth(options, []).auth
  throw new ConfigurationError('forRootAsync() was given no options: return {} to be configured by the environment')
}

type OwnOptions = Pick<CognitoAuthModuleOptions, (typeof OWN_OPTIONS)[number]>

/** What is written and `undefined` is a mistake: `config.auth?.protect` that is misspelt would leave the app open. */
function readSwitch(name: 'global' | 'everything', options: OwnOptions): boolean {
  if (!(name in options)) return false
  const value: unknown = options[name]
  if (typeof value === 'boolean') return value
  const hint = value === undefined ? '; it is undefined: give it a value, or leave it out' : ''
  throw new ConfigurationError(`${name} of CognitoAuthModule must be true or false${hint}`)
}

/** What the module does besides verifying. */
function readOwn(given: unknown): FrontOptions & { readonly global: boolean } {
  // What is no object is refused when the app is made.
  const options: OwnOptions = ownOptions(typeof given === 'object' && given !== null ? given : {})
  const [global, everything] = [readSwitch('global', options), readSwitch('everything', options)]
  if (everything && !global) throw new ConfigurationError('everything of CognitoAuthModule needs global: true')
  if (!everything && 'bypass' in options) {
    throw new ConfigurationError(
      'bypass of CognitoAuthModule needs everything: true, and is for what is no handler. Put @Public() on handlers',
    )
  }
  const { bypass } = options
  createBypass(bypass)
  return { global, everything, bypass }
}

/** Everywhere in the app, so that no guard in another module falls back to the environment. */
function dynamicModule(
  { global, ...front }: ReturnType<typeof readOwn>,
  providers: Provider[],
  imports: ModuleMetadata['imports'] = [],
): DynamicModule {
  const appGuard: Provider[] = [AppGuard, { provide: APP_GUARD, useExisting: AppGuard }]
  return {
    module: CognitoAuthModule,
    global: true,
    imports,
    providers: [
      ...providers,
      {
        provide: MODULE_AUTH,
        inject: [CognitoAuth],
        useFactory: (auth: CognitoAuth): ModuleAuth => ({ auth, requests: requestsOf(auth) }),
      },
      { provide: CONFIGURATION, useValue: (configurations += 1) },
      CognitoAuthGuard,
      // All others are made for each request where the options are, and would check nothing.
      StartUpCheck,
      { provide: APP_FILTER, useClass: ProblemFilter },
      { provide: FRONT_OPTIONS, useValue: front },
      ...(global ? appGuard : []),
    ],
    exports: [CognitoAuth, MODULE_AUTH, CognitoAuthGuard],
  }
}

/** Checks at run time too: a misspelt `global` would leave the app open. */
function checkAsyncOptions(options: CognitoAuthModuleAsyncOptions): void {
  refuseUnknown(options, ASYNC_OPTIONS, 'forRootAsync()')
  const given = [options.useFactory, options.useClass, options.useExisting].filter((one) => one !== undefined)
  if (given.length !== 1) {
    throw new ConfigurationError('forRootAsync() takes exactly one of useFactory, useClass and useExisting')
  }
}

function asyncProviders(options: CognitoAuthModuleAsyncOptions): Provider[] {
  const { inject = [], useFactory, useClass, useExisting } = options
  if (useFactory !== undefined) {
    const create = useFactory as (...args: unknown[]) => ReturnType<NonNullable<typeof options.useFactory>>
    return [{ provide: CognitoAuth, inject, useFactory: async (...args) => authOf(await create(...args)) }]
  }
  const auth: Provider = {
    provide: CognitoAuth,
    inject: [useExisting ?? OPTIONS_FACTORY],
    useFactory: async (factory: CognitoAuthOptionsFactory) => authOf(await factory.createCognitoAuthOptions()),
  }
  return useClass === undefined ? [auth] : [{ provide: OPTIONS_FACTORY, useClass }, auth]
}

/**
 * Configures `CognitoAuth` for the whole app, and answers refusals with problem documents or, for pages in a browser
 * where there is a `redirectUrl`, redirects.
 *
 * @example
 * ```ts
 * @Module({ imports: [CognitoAuthModule.forRoot({ global: true })] })
 * class AppModule {}
 * ```
 */
@Module({})
export class CognitoAuthModule implements OnModuleInit, OnApplicationBootstrap {
  readonly #auth: CognitoAuth
  readonly #modules: ModulesContainer | undefined
  /** Once there is a server, and nothing listens. */
  readonly #checkUpgrades: () => void = () => undefined

  /**
   * @param auth What `forRoot()` or `forRootAsync()` made.
   * @param modules Nest's own; it gives it.
   * @param host Nest's own; it gives it.
   * @param front What is done before handlers.
   * @throws {ConfigurationError} when imported without `forRoot()` or `forRootAsync()`.
   */
  constructor(
    @Optional() @Inject(CognitoAuth) auth?: CognitoAuth,
    @Optional() @Inject(ModulesContainer) modules?: ModulesContainer,
    @Optional() @Inject(HttpAdapterHost) host?: HttpAdapterHost,
    @Optional() @Inject(FRONT_OPTIONS) front?: FrontOptions,
  ) {
    if (auth === undefined) throw new ConfigurationError('Import CognitoAuthModule.forRoot() or forRootAsync()')
    this.#auth = auth
    this.#modules = modules
    rememberModule(auth)
    if (modules === undefined || host === undefined || front === undefined) return
    runFirst(host, createFront(auth, modules, front), front.everything)
    if (!front.everything) return
    const check = createUpgradeCheck(auth, modules, front)
    this.#checkUpgrades = () => {
      const server = (host.httpAdapter as AbstractHttpAdapter | undefined)?.getHttpServer() as Server | undefined
      if (server !== undefined) checkUpgrades(server, check)
    }
  }

  /**
   * @throws {ConfigurationError} where something would be open without a word; and when configured twice: the order of
   *   imports would decide whose rules count where.
   */
  onModuleInit(): void {
    if (this.#modules === undefined) return
    checkApp(this.#modules)
    // Whatever guard is global, and however it was made: none is asked at the handshake of a gateway.
    checkSilentGateways(this.#modules)
    this.#checkOnce(this.#modules)
    if (this.#auth.groupsClaim !== undefined) refuseScopes(this.#modules)
    this.#checkUpgrades()
    if (isGuardUsed(this.#modules)) return
    warn(
      'CognitoAuthModule protects nothing: set global: true, or put @UseGuards(CognitoAuthGuard) on handlers or classes',
      'COGNITO_AUTH_UNUSED',
    )
  }

  /** @throws {ConfigurationError} where the schema of GraphQL has something that would be open. */
  onApplicationBootstrap(): void {
    if (this.#modules !== undefined) checkInitialised(this.#modules)
  }

  #checkOnce(container: ModulesContainer): void {
    const modules = [...container.values()].filter(({ metatype }) => metatype === CognitoAuthModule)
    const auths = new Set(modules.map(({ providers }) => providers.get(CognitoAuth)?.instance as unknown))
    auths.delete(undefined)
    if (auths.size < 2) return
    throw new ConfigurationError(
      'CognitoAuthModule is configured twice: call forRoot() or forRootAsync() once, in the root module; guards of all modules use it',
    )
  }

  /**
   * Options known now. They are checked when Nest makes the app: it does not start with wrong ones.
   *
   * @param options Options, or a `CognitoAuth` that exists.
   */
  static forRoot(options: CognitoAuthModuleOptions | CognitoAuth = {}): DynamicModule {
    const useFactory = (): CognitoAuth => createAuth<OwnOptions>(options, OWN_OPTIONS).auth
    return dynamicModule(readOwn(options), [{ provide: CognitoAuth, useFactory }])
  }

  /**
   * Options from other providers.
   *
   * @throws {ConfigurationError} for an unknown option, and without exactly one of the three `use…`.
   */
  static forRootAsync(options: CognitoAuthModuleAsyncOptions): DynamicModule {
    checkAsyncOptions(options)
    return dynamicModule(readOwn(options), asyncProviders(options), options.imports)
  }
}
