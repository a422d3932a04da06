/** Decorators that are applied by hand, without the descriptor of a method, or on what is none. */

import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { applyDecorators, Controller, Get, Module, ParseIntPipe, type Type, UseGuards } from '@nestjs/common'
import { Field, ObjectType } from '@nestjs/graphql'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  AuthUser,
  CognitoAuthGuard,
  CognitoAuthModule,
  OptionalAuth,
  Public,
  RequireAdmin,
  RequireGroups,
  RequireScopes,
} from '../src/index.js'
import { authoriser, create, listen, root, signedIn } from './apps.js'

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

@Module({})
class AppModule {}

const DECORATORS: readonly { readonly what: string; readonly decorator: MethodDecorator }[] = [
  { what: 'RequireAdmin', decorator: RequireAdmin() },
  { what: 'RequireGroups', decorator: RequireGroups('admins') },
  { what: 'RequireScopes', decorator: RequireScopes('api/read') },
  { what: 'OptionalAuth', decorator: OptionalAuth() },
  { what: 'Public', decorator: Public() },
  { what: 'applyDecorators', decorator: applyDecorators(RequireAdmin()) },
]

/** As compilers call a decorator of a property, and CRUD libraries that of a method. */
function decorate(decorator: MethodDecorator, prototype: object, key: string): void {
  Reflect.decorate([decorator as PropertyDecorator], prototype, key)
}

/** A controller whose handler is decorated once the class is there. */
function controllerWith(decorator: MethodDecorator): Type {
  @Controller()
  class Cats {
    @Get()
    all(): object {
      return { ok: true }
    }
  }
  decorate(decorator, Cats.prototype, 'all')
  return Cats
}

test.each([
  { global: false, what: 'RequireAdmin', decorator: RequireAdmin(), statuses: [401, 403, 200] },
  { global: true, what: 'RequireAdmin', decorator: RequireAdmin(), statuses: [401, 403, 200] },
  { global: true, what: 'OptionalAuth', decorator: OptionalAuth(), statuses: [200, 200, 200] },
  { global: true, what: 'Public', decorator: Public(), statuses: [200, 200, 200] },
])('$what without a descriptor is written on the method, global: $global', async ({ global, decorator, statuses }) => {
  const imports = [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global })]
  const origin = await listen(
    await create({ module: AppModule, imports, controllers: [controllerWith(decorator as MethodDecorator)] }),
  )
  const found = []
  for (const who of [undefined, signedIn, root]) {
    const headers = who === undefined ? {} : await alb.headersFor(who)
    found.push((await sendRaw(origin, { path: '/', headers })).status)
  }
  expect(found).toEqual(statuses)
})

describe.each(DECORATORS)('$what', ({ decorator }) => {
  const refusal = (name: string): RegExp =>
    new RegExp(`^${name} is no method of its class: the decorators of @cognito-auth/nestjs are for methods and classes`)

  test('does not compile into a property that nobody guards', () => {
    @ObjectType()
    class Employee {
      @Field(() => String)
      salary = ''
    }
    expect(() => decorate(decorator, Employee.prototype, 'salary')).toThrow(refusal('Employee.salary'))
  })

  test('nor into an accessor', () => {
    class Employee {
      get salary(): string {
        return ''
      }
    }
    const { prototype } = Employee
    const descriptor = Object.getOwnPropertyDescriptor(prototype, 'salary') ?? {}
    expect(() => decorator(prototype, 'salary', descriptor)).toThrow(refusal('Employee.salary'))
  })

  test('nor into a method of a class that this one extends', () => {
    class Base {
      all(): void {}
    }
    class Cats extends Base {}
    expect(() => decorate(decorator, Cats.prototype, 'all')).toThrow(refusal('Cats.all'))
    expect(Reflect.getMetadataKeys(Base.prototype.all)).toEqual([])
  })

  test('nor into what has no class', () => {
    expect(() => decorate(decorator, Object.create(null) as object, 'all')).toThrow(refusal('Object.all'))
  })
})

test('@AuthUser that is not called is refused: the handler would be given the request', () => {
  class Cats {
    all(user: unknown): unknown {
      return user
    }
  }
  const uncalled = AuthUser as unknown as ParameterDecorator
  expect(() => uncalled(Cats.prototype, 'all', 0)).toThrow(/^@AuthUser is written with \(\): @AuthUser\(\)$/)
  expect(() => AuthUser('email', ParseIntPipe, ParseIntPipe)(Cats.prototype, 'all', 0)).not.toThrow()
})

test.each([
  { name: 'RequireAdmin', decorator: RequireAdmin },
  { name: 'OptionalAuth', decorator: OptionalAuth },
  { name: 'Public', decorator: Public },
])('@$name that is not called is refused: it would say nothing', ({ name, decorator }) => {
  const refusal = new RegExp(`^@${name}\\(\\) takes nothing, and is written with \\(\\)`)
  class Cats {
    all(): void {}
  }
  expect(() => decorate(decorator as unknown as MethodDecorator, Cats.prototype, 'all')).toThrow(refusal)
  expect(() => Reflect.decorate([decorator as unknown as ClassDecorator], Cats)).toThrow(refusal)
})

test('@UseGuards() without a descriptor guards nothing in Nest: the app does not start', async () => {
  for (const global of [false, true]) {
    const imports = [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global })]
    const controllers = [controllerWith(UseGuards(CognitoAuthGuard))]
    await expect((await create({ module: AppModule, imports, controllers })).init()).rejects.toThrow(
      /@UseGuards\(CognitoAuthGuard\) is on the prototype of Cats/,
    )
  }
})
