/** Classes that are types of GraphQL: nobody asks a guard for them. */

import { createTestAlb } from '@cognito-auth/testing'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { Controller, type DynamicModule, Get, Module, type Type, UseGuards } from '@nestjs/common'
import { Args, Field, GraphQLModule, InputType, InterfaceType, ObjectType, Query, Resolver } from '@nestjs/graphql'
import { expect, test } from 'vitest'
import { CognitoAuthGuard, CognitoAuthModule, Public, RequireAdmin } from '../src/index.js'
import { authoriser, create } from './apps.js'

const { options } = await createTestAlb()

@Module({})
class AppModule {}

const graphql = (): DynamicModule =>
  GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true })

/** Starts an app of resolvers. */
async function start(type: Type): Promise<void> {
  const imports = [CognitoAuthModule.forRoot({ ...options, authoriser, global: true }), graphql()]
  await (await create({ module: AppModule, imports, providers: [type] })).init()
}

/** A resolver that returns, or takes, a type. */
function resolverOf(type: Type, isInput = false): Type {
  @Resolver()
  class Returns {
    @Query(() => type)
    one(): null {
      return null
    }
  }
  @Resolver()
  class Takes {
    @Query(() => String)
    one(@Args('of', { type: () => type }) _of: unknown): null {
      return null
    }
  }
  // As compilers write it that emit metadata: Nest reads it, whatever type is given.
  Reflect.defineMetadata('design:paramtypes', [type], Takes.prototype, 'one')
  return isInput ? Takes : Returns
}

@RequireAdmin()
@ObjectType()
class OnObject {
  @Field(() => String)
  amount = ''
}

@UseGuards(CognitoAuthGuard)
@ObjectType()
class WithGuard {
  @Field(() => String)
  amount = ''
}

@RequireAdmin()
@InterfaceType()
abstract class OnInterface {
  @Field(() => String)
  amount = ''
}

@RequireAdmin()
@InputType()
class OnInput {
  @Field(() => String)
  amount = ''
}

@ObjectType()
class OnMethod {
  @RequireAdmin()
  @Field(() => String)
  amount(): string {
    return ''
  }
}

@RequireAdmin()
class Base {}

@ObjectType()
class ByBase extends Base {
  @Field(() => String)
  amount = ''
}

test.each([
  { what: 'an object type', type: resolverOf(OnObject), name: 'OnObject' },
  { what: 'an object type, by @UseGuards()', type: resolverOf(WithGuard), name: 'WithGuard' },
  { what: 'an interface', type: resolverOf(OnInterface as Type), name: 'OnInterface' },
  { what: 'an input type', type: resolverOf(OnInput, true), name: 'OnInput' },
  { what: 'a method that is a field', type: resolverOf(OnMethod), name: 'OnMethod' },
  { what: 'what an object type extends', type: resolverOf(ByBase), name: 'Base' },
])('a demand on $what keeps the app from starting', async ({ type, name }) => {
  await expect(start(type)).rejects.toThrow(`would not ask the guard of ${name}, which is a type of GraphQL`)
})

test('nor does it start without the module, where a handler has the guard or a demand', async () => {
  @Controller()
  class Guarded {
    @UseGuards(CognitoAuthGuard)
    @Get()
    all(): void {}
  }
  @Controller()
  class Asking {
    @RequireAdmin()
    @Get()
    all(): void {}
  }
  for (const controller of [Guarded, Asking]) {
    const providers = [resolverOf(OnObject)]
    const app = await create({ module: AppModule, imports: [graphql()], providers, controllers: [controller] })
    await expect(app.init()).rejects.toThrow('would not ask the guard of OnObject, which is a type of GraphQL')
  }
})

@Public()
@ObjectType()
class Opened {
  @Field(() => String)
  amount = ''
}

@RequireAdmin()
@Resolver(() => ItsOwn)
@ObjectType()
class ItsOwn {
  @Field(() => String)
  amount = ''

  @Query(() => ItsOwn)
  own(): ItsOwn {
    return new ItsOwn()
  }
}

test.each([
  { what: 'is public', type: resolverOf(Opened) },
  { what: 'is a resolver, too', type: ItsOwn },
])('a type that $what starts, and so does one beside types of other apps', async ({ type }) => {
  await expect(start(type)).resolves.toBeUndefined()
})
