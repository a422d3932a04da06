import { type CanActivate, Injectable, type Provider, UseGuards } from '@nestjs/common'
import { ModulesContainer } from '@nestjs/core'
import { Test } from '@nestjs/testing'
import { expect, test } from 'vitest'
import { CognitoAuthGuard } from '../guard.js'
import { checkBindings, gatewayClassOf, ourGuardsOn } from './bindings.js'

@Injectable()
class Other implements CanActivate {
  canActivate(): boolean {
    return true
  }
}

const query: MethodDecorator = (_, __, { value }: PropertyDescriptor) => {
  Reflect.defineMetadata('graphql:resolver_type', 'Query', value as object)
}

@Injectable()
@UseGuards(CognitoAuthGuard)
class OnClass {
  @query
  one(): void {}
}

@Injectable()
class OnMethod {
  @UseGuards(CognitoAuthGuard)
  @query
  one(): void {}
}

@Injectable()
class Inherits extends OnClass {}

@Injectable()
class Unguarded {
  @query
  one(): void {}
}

@Injectable()
@UseGuards(Other)
class OfOther {
  @query
  one(): void {}
}

@Injectable()
@UseGuards(Other, CognitoAuthGuard)
class OfBoth {
  @query
  one(): void {}
}

@Injectable()
@UseGuards(new CognitoAuthGuard())
class ByHand {
  @query
  one(): void {}
}

@Injectable()
@UseGuards(CognitoAuthGuard)
class NoResolver {
  one(): void {}
}

@Injectable()
@UseGuards(CognitoAuthGuard)
class Gateway {}
Reflect.defineMetadata('websockets:is_gateway', true, Gateway)

@Injectable()
@UseGuards(CognitoAuthGuard)
class AlmostGateway {}
Reflect.defineMetadata('websockets:is_gateway', 'yes', AlmostGateway)

async function containerOf(
  providers: Provider[],
  guard?: { readonly replacement: unknown },
): Promise<ModulesContainer> {
  const builder = Test.createTestingModule({ providers })
  if (guard !== undefined) builder.overrideGuard(CognitoAuthGuard).useValue(guard.replacement)
  return (await builder.compile()).get(ModulesContainer)
}

test.each<[string, Provider[]]>([
  ['a resolver with the guard on its class', [OnClass]],
  ['a resolver with the guard on a method', [OnMethod]],
  ['a resolver with the guard on the class that it extends', [Inherits]],
  ['a gateway', [Gateway]],
  ['a gateway under a token of its own', [{ provide: 'gateway', useClass: Gateway }]],
  ['a resolver under a token of its own', [{ provide: 'resolver', useClass: OnClass }]],
  ['one with other guards, too', [{ provide: 'resolver', useClass: OfBoth }]],
  ['another name for a resolver', [OnClass, { provide: 'alias', useExisting: OnClass }]],
  [
    'a factory that hands on a resolver',
    [OnClass, { provide: 'x', inject: [OnClass], useFactory: (one: OnClass) => one }],
  ],
  ['a resolver that a factory makes, without a guard', [{ provide: 'x', useFactory: () => new Unguarded() }]],
  ['a resolver that a factory makes, with a guard of the app', [{ provide: 'x', useFactory: () => new OfOther() }]],
  ['a resolver that a factory makes, with a guard made by hand', [{ provide: 'x', useFactory: () => new ByHand() }]],
  ['what a factory makes and is no resolver', [{ provide: 'x', useFactory: () => new NoResolver() }]],
  ['what a factory makes of nothing', [{ provide: 'x', useFactory: () => null }]],
  ['what has no constructor', [{ provide: 'x', useValue: Object.create(null) as object }]],
])('%s is asked for by Nest', async (_, providers) => {
  const modules = await containerOf(providers)
  expect(() => checkBindings(modules)).not.toThrow()
})

test.each<[string, Provider[], string]>([
  ['a resolver that a factory makes', [{ provide: 'x', useFactory: () => new OnClass() }], 'OnClass'],
  ['a resolver that is a value', [{ provide: 'x', useValue: new OnClass() }], 'OnClass'],
  ['such a resolver with the guard on a method', [{ provide: 'x', useFactory: () => new OnMethod() }], 'OnMethod'],
  ['such a resolver that inherits the guard', [{ provide: 'x', useFactory: () => new Inherits() }], 'Inherits'],
  ['another instance than the one that is listed', [OnClass, { provide: 'x', useValue: new OnClass() }], 'OnClass'],
  ['one beside others that are asked for', [Gateway, OnMethod, { provide: 'x', useValue: new OnClass() }], 'OnClass'],
])('%s is not, and does not start', async (_, providers, name) => {
  const modules = await containerOf(providers)
  expect(() => checkBindings(modules)).toThrow(`Nest would not ask the guard of ${name}:`)
})

test.each([OnClass, Gateway])('%o is asked for by the guard that a test has in the place of ours', async (type) => {
  const modules = await containerOf([type], { replacement: { canActivate: () => true } })
  expect(() => checkBindings(modules)).not.toThrow()
})

test.each([OnClass, Gateway])('%o does not start where a test has nothing in the place of the guard', async (type) => {
  const modules = await containerOf([type], { replacement: null })
  expect(() => checkBindings(modules)).toThrow(`would not ask the guard of ${type.name}:`)
})

test('a gateway is what Nest marked as one', async () => {
  const modules = await containerOf([
    Gateway,
    AlmostGateway,
    OnClass,
    { provide: 'x', useFactory: () => new Gateway() },
  ])
  const wrappers = [...modules.values()].flatMap((module) => [...module.providers.values()])
  expect(wrappers.map(gatewayClassOf).filter((type) => type !== undefined)).toEqual([Gateway])
})

test('guards of ours are found on the class, what it extends and its methods', () => {
  expect(ourGuardsOn(OnClass)).toEqual([CognitoAuthGuard])
  expect(ourGuardsOn(OnMethod)).toEqual([CognitoAuthGuard])
  expect(ourGuardsOn(Inherits)).toEqual([CognitoAuthGuard])
  expect(ourGuardsOn(OfOther)).toEqual([])
  expect(ourGuardsOn(ByHand)).toEqual([expect.any(CognitoAuthGuard)])
})
