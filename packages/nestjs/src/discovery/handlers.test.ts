import { Controller, Injectable, type Provider, Scope, type Type } from '@nestjs/common'
import { ModulesContainer } from '@nestjs/core'
import { Test } from '@nestjs/testing'
import { expect, test } from 'vitest'
import { classesIn, handlersOf } from './handlers.js'

async function containerOf(controllers: Type[], providers: Provider[] = []): Promise<ModulesContainer> {
  return (await Test.createTestingModule({ controllers, providers }).compile()).get(ModulesContainer)
}

/** The classes of a test, without Nest's own. */
async function ours(controllers: Type[], providers: Provider[] = []): Promise<ReturnType<typeof classesIn>> {
  const [own, theirs] = [await containerOf(controllers, providers), await containerOf([])]
  const known = new Set(classesIn(theirs).map(({ type }) => type.name))
  return classesIn(own).filter(({ type }) => !known.has(type.name))
}

@Controller()
class Cats {
  one(): void {}
}

@Injectable()
class Service {
  one(): void {}
}

test.each([
  ['path', true],
  ['graphql:resolver_type', true],
  ['graphql:resolve_property', true],
  ['graphql:resolve_reference', true],
  ['websockets:message_mapping', true],
  ['microservices:pattern', true],
  ['method', false],
])('a method with %s is a handler: %s', (key, is) => {
  class Some {
    one(): void {}
    other(): void {}
  }
  Reflect.defineMetadata(key, 'x', Some.prototype.one)
  const handlers = handlersOf({ type: Some, instance: undefined, isController: true })
  expect([...handlers]).toEqual(is ? [['one', Some.prototype.one]] : [])
})

test('a function that an instance has in the place of a handler is what Nest calls in controllers, and only there', () => {
  class Bound {
    one(): void {}
    two(): void {}
  }
  for (const name of ['one', 'two'] as const) Reflect.defineMetadata('path', 'x', Bound.prototype[name])
  const own = (): void => undefined
  const instance = Object.assign(new Bound(), { one: own, two: undefined })
  const of = (isController: boolean, of: object | undefined): unknown =>
    handlersOf({ type: Bound, instance: of, isController }).get('one')
  expect([of(true, instance), of(false, instance), of(true, undefined)]).toEqual([
    own,
    Bound.prototype.one,
    Bound.prototype.one,
  ])
  expect(handlersOf({ type: Bound, instance, isController: true }).get('two')).toBe(Bound.prototype.two)
})

test('the classes of an app are those of its instances, each once', async () => {
  const without = Object.create({ one: () => undefined }, {}) as object
  delete (Object.getPrototypeOf(without) as { constructor?: unknown }).constructor
  const providers: Provider[] = [
    Service,
    { provide: 'again', useFactory: () => new Service() },
    { provide: 'object', useValue: {} },
    { provide: 'bare', useValue: Object.create(null) as object },
    { provide: 'nothing of a class', useValue: without },
    { provide: 'constructor is no function', useValue: Object.create({ constructor: 'Service' }) as object },
    { provide: 'text', useValue: 'text' },
    { provide: 'null', useValue: null },
    { provide: 'function', useValue: () => undefined },
  ]
  expect(await ours([Cats], providers)).toEqual([
    { type: Cats, instance: expect.any(Cats) as Cats, isController: true },
    { type: Service, instance: expect.any(Service) as Service, isController: false },
  ])
})

test('one that is made for each request has no instance that serves all', async () => {
  @Controller({ scope: Scope.REQUEST })
  class Scoped {}
  expect(await ours([Scoped])).toEqual([{ type: Scoped, instance: undefined, isController: true }])
})
