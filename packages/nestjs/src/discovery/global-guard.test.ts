import { type CanActivate, type ExecutionContext, Inject, Injectable, type Provider, Scope } from '@nestjs/common'
import { APP_GUARD, ModulesContainer, Reflector } from '@nestjs/core'
import { Test } from '@nestjs/testing'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { markDemand, markMode } from '../access/access.js'
import { CognitoAuthGuard } from '../guard.js'
import { hasGlobalGuard } from './global-guard.js'
import { warnOfMessages } from './messages.js'
import { isGuardUsed } from './usage.js'

beforeEach(() => {
  vi.spyOn(process, 'emitWarning').mockReturnValue(undefined)
})

afterEach(() => {
  vi.restoreAllMocks()
})

class Own extends CognitoAuthGuard {}

@Injectable()
class Other implements CanActivate {
  canActivate(): boolean {
    return true
  }
}

/** A guard of the app that asks ours, among others. */
@Injectable()
class Asking implements CanActivate {
  constructor(
    @Inject(Reflector) readonly reflector: Reflector,
    @Inject(CognitoAuthGuard) readonly guard: CognitoAuthGuard,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    return await this.guard.canActivate(context)
  }
}

/** The same, given by Nest to a property. */
@Injectable()
class Given extends Other {
  @Inject(CognitoAuthGuard) readonly guard: CognitoAuthGuard | undefined
}

/** What it is given can be read on its class alone. */
@Injectable()
class Secretive implements CanActivate {
  readonly #guard: CognitoAuthGuard

  constructor(@Inject(CognitoAuthGuard) guard: CognitoAuthGuard) {
    this.#guard = guard
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    return await this.#guard.canActivate(context)
  }
}

const byHand = new CognitoAuthGuard()

async function containerOf(providers: Provider[], global?: CanActivate): Promise<ModulesContainer> {
  const module = await Test.createTestingModule({ providers }).compile()
  if (global !== undefined) module.createNestApplication().useGlobalGuards(global)
  return module.get(ModulesContainer)
}

const request = { scope: Scope.REQUEST }

test.each<[string, Provider[], CanActivate | undefined, boolean]>([
  ['nothing', [], undefined, false],
  ['our guard, which is a provider', [CognitoAuthGuard], undefined, false],
  ['APP_GUARD', [{ provide: APP_GUARD, useClass: CognitoAuthGuard }], undefined, true],
  ['APP_GUARD for each request', [{ provide: APP_GUARD, useClass: CognitoAuthGuard, ...request }], undefined, true],
  ['APP_GUARD of a class that extends it', [{ provide: APP_GUARD, useClass: Own }], undefined, true],
  ['APP_GUARD of a value', [{ provide: APP_GUARD, useValue: byHand }], undefined, true],
  ['APP_GUARD of a factory', [{ provide: APP_GUARD, useFactory: () => byHand }], undefined, true],
  [
    'APP_GUARD of one that is',
    [CognitoAuthGuard, { provide: APP_GUARD, useExisting: CognitoAuthGuard }],
    undefined,
    true,
  ],
  ['APP_GUARD of a guard that asks it', [CognitoAuthGuard, { provide: APP_GUARD, useClass: Asking }], undefined, true],
  [
    'APP_GUARD of such a guard for each request',
    [CognitoAuthGuard, { provide: APP_GUARD, useClass: Asking, ...request }],
    undefined,
    true,
  ],
  [
    'APP_GUARD of such a guard that is',
    [CognitoAuthGuard, Asking, { provide: APP_GUARD, useExisting: Asking }],
    undefined,
    true,
  ],
  [
    'APP_GUARD of one that is, and keeps it to itself',
    [CognitoAuthGuard, Secretive, { provide: APP_GUARD, useExisting: Secretive }],
    undefined,
    true,
  ],
  [
    'APP_GUARD of a guard with it in a property',
    [CognitoAuthGuard, { provide: APP_GUARD, useClass: Given }],
    undefined,
    true,
  ],
  [
    'APP_GUARD of such a guard, for each request',
    [CognitoAuthGuard, { provide: APP_GUARD, useClass: Given, ...request }],
    undefined,
    true,
  ],
  [
    'APP_GUARD of a guard that a factory gave it',
    [{ provide: APP_GUARD, useFactory: () => new Asking(new Reflector(), byHand) }],
    undefined,
    true,
  ],
  ['APP_GUARD of another', [CognitoAuthGuard, { provide: APP_GUARD, useClass: Other }], undefined, false],
  [
    'APP_GUARD of another, beside one that asks ours',
    [CognitoAuthGuard, Asking, Other, { provide: APP_GUARD, useExisting: Other }],
    undefined,
    false,
  ],
  ['another token', [{ provide: 'GUARD', useValue: byHand }], undefined, false],
  ['useGlobalGuards()', [], byHand, true],
  ['useGlobalGuards() of a guard that asks it', [], new Asking(new Reflector(), byHand), true],
  ['useGlobalGuards() of one with a list', [], Object.assign(new Other(), { guards: [new Other(), byHand] }), true],
  ['useGlobalGuards() of another', [CognitoAuthGuard], new Other(), false],
])('%s', async (_, providers, global, expected) => {
  expect(hasGlobalGuard(await containerOf(providers, global))).toBe(expected)
})

test('what a guard of the app keeps is not read: proxies of other libraries throw', async () => {
  const refuse = (): never => {
    throw new Error('not resolved yet')
  }
  const members = [{}, refuse].map((target) => new Proxy(target, { get: refuse, has: refuse }))
  expect(hasGlobalGuard(await containerOf([], Object.assign(new Other(), members)))).toBe(false)
})

test('no module at all has no guard', () => {
  expect(hasGlobalGuard(new ModulesContainer())).toBe(false)
})

test.each<[string, Provider[], boolean]>([
  ['nobody', [CognitoAuthGuard, Other], false],
  ['a guard that is given it, among others', [CognitoAuthGuard, Asking], true],
  ['a guard that is given it in a property', [CognitoAuthGuard, Given], true],
])('our guard is used by %s: %s', async (_, providers, expected) => {
  expect(isGuardUsed(await containerOf(providers))).toBe(expected)
})

test.each(['microservices:pattern', 'RABBIT_HANDLER'])(
  'handlers with %s are named, but for public ones',
  async (key) => {
    @Injectable()
    class Queue {
      one(): void {}
      two(): void {}
      open(): void {}
      helper(): void {}
    }
    const { prototype } = Queue
    for (const name of ['one', 'two', 'open'] as const) Reflect.defineMetadata(key, 'x', prototype[name])
    markMode('public')(prototype, 'open', Object.getOwnPropertyDescriptor(prototype, 'open') ?? {})
    warnOfMessages(await containerOf([Queue]))
    expect(process.emitWarning).not.toHaveBeenCalled()
    warnOfMessages(await containerOf([Queue, { provide: APP_GUARD, useClass: CognitoAuthGuard }]))
    expect(process.emitWarning).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/: Queue\.one, Queue\.two\. /), {
      type: 'CognitoAuthWarning',
      code: 'COGNITO_AUTH_MESSAGES',
    })
  },
)

test.each([
  { key: 'microservices:pattern', open: /without inheritAppConfig: true .* open: Queue\.silent$/ },
  { key: 'RABBIT_HANDLER', open: /the port itself$/ },
])('handlers with $key that say nothing are open in a hybrid app: $open', async ({ key, open }) => {
  @Injectable()
  class Queue {
    silent(): void {}
    asking(): void {}
  }
  const { prototype } = Queue
  for (const name of ['silent', 'asking'] as const) Reflect.defineMetadata(key, 'x', prototype[name])
  markDemand({ kind: 'admin' })(prototype, 'asking', Object.getOwnPropertyDescriptor(prototype, 'asking') ?? {})
  warnOfMessages(await containerOf([Queue, { provide: APP_GUARD, useClass: CognitoAuthGuard }]))
  expect(process.emitWarning).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(open), expect.anything())
})
