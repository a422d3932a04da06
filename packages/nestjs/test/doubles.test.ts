/** Two resolvers of one field of GraphQL: Nest calls the one that it finds last. */

import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import { Module, type Type, UseGuards } from '@nestjs/common'
import { GraphQLModule, Query, ResolveField, Resolver } from '@nestjs/graphql'
import { expect, test } from 'vitest'
import { CognitoAuthGuard, Public, RequireAdmin, RequireGroups } from '../src/index.js'
import { create } from './apps.js'
import { appOf, useModuleApps } from './module-app.js'

useModuleApps()

@Resolver('Query')
class Cats {
  @Query()
  cats(): string {
    return 'cats'
  }
}

@Resolver('Query')
class AdminCats extends Cats {
  @RequireAdmin()
  @Query()
  override cats(): string {
    return 'all cats'
  }
}

@RequireGroups('staff')
@Resolver('Query')
class StaffCats extends Cats {}

@RequireGroups('staff')
@Resolver('Query')
class StaffDogs {
  @Query('cats')
  dogs(): string {
    return 'dogs'
  }
}

@Public()
@Resolver('Query')
class OpenCats {
  @UseGuards(CognitoAuthGuard)
  @Query()
  cats(): string {
    return 'cats'
  }

  @Query('cats')
  open(): string {
    return 'cats'
  }
}

@Resolver('Query')
class MoreCats extends Cats {}

/** Of no type: nothing leads to their fields. */
@Resolver()
class Names {
  @ResolveField()
  name(): string {
    return 'name'
  }
}

@UseGuards(CognitoAuthGuard)
@Resolver()
class OtherNames {
  @ResolveField()
  name(): string {
    return 'name'
  }
}

async function start(providers: Type[], global: boolean, imports: Type[] = [], include: Type[] = []): Promise<void> {
  const graphql = GraphQLModule.forRoot<ApolloDriverConfig>({
    driver: ApolloDriver,
    include,
    typeDefs: 'type Query { cats: String }',
    fieldResolverEnhancers: ['guards'],
  })
  await (await create(appOf({ global, providers, imports: [graphql, ...imports] }))).init()
}

test.each(
  [
    { providers: [Cats, AdminCats], named: 'of AdminCats and of Cats' },
    { providers: [AdminCats, Cats], named: 'of AdminCats and of Cats' },
    { providers: [StaffCats, Cats], named: 'of StaffCats and of Cats' },
    { providers: [StaffCats, AdminCats], named: 'of StaffCats and of AdminCats' },
    { providers: [OpenCats], named: 'of OpenCats and of OpenCats' },
  ].flatMap((one) => [true, false].map((global) => ({ ...one, global }))),
)('$providers do not start together, global: $global', async ({ providers, named, global }) => {
  await expect(start(providers, global)).rejects.toThrow(
    `Query.cats has two resolvers, ${named}, which do not ask the same`,
  )
})

test.each([
  { providers: [Cats, MoreCats] },
  { providers: [StaffCats, StaffDogs] },
  { providers: [Cats, Names, OtherNames] },
])('$providers start together', async ({ providers }) => {
  await expect(start(providers, true)).resolves.toBeUndefined()
})

@Module({ providers: [AdminCats] })
class AdminModule {}

test('so do those of which a schema has one', async () => {
  await expect(start([Cats], true, [AdminModule], [AdminModule])).resolves.toBeUndefined()
})
