/** Ordinary apps start and work: nothing here is a mistake. */

import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo'
import {
  type CallHandler,
  Controller,
  type DynamicModule,
  type ExecutionContext,
  Get,
  Inject,
  Injectable,
  type MiddlewareConsumer,
  mixin,
  Module,
  type NestInterceptor,
  Param,
  Scope,
  SetMetadata,
  type Type,
  UseGuards,
  UseInterceptors,
  Version,
  VersioningType,
} from '@nestjs/common'
import { APP_GUARD, APP_INTERCEPTOR, RouterModule } from '@nestjs/core'
import { Field, GraphQLModule, InterfaceType, ObjectType, Query, ResolveField, Resolver } from '@nestjs/graphql'
import { ServeStaticModule } from '@nestjs/serve-static'
import { ApiBearerAuth, ApiOperation, ApiResponse, DocumentBuilder, SwaggerModule } from '@nestjs/swagger'
import { SkipThrottle, Throttle, ThrottlerGuard, ThrottlerModule } from '@nestjs/throttler'
import { ClsModule, ClsService } from 'nestjs-cls'
import type { Observable } from 'rxjs'
import { beforeAll, describe, expect, test } from 'vitest'
import {
  AuthUser,
  CognitoAuthGuard,
  CognitoAuthModule,
  OptionalAuth,
  Public,
  RequireAdmin,
  RequireGroups,
} from '../src/index.js'
import { admin, authoriser, create, listen, nestMajor, platforms, signedIn } from './apps.js'

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

/** What tracing libraries do: the function is wrapped, and the metadata goes with it. */
function Traced(): MethodDecorator {
  return (_target, _key, descriptor: PropertyDescriptor) => {
    const original = descriptor.value as (...args: unknown[]) => unknown
    const traced = function (this: unknown, ...args: unknown[]): unknown {
      return original.apply(this, args)
    }
    for (const key of Reflect.getMetadataKeys(original) as string[]) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, original), traced)
    }
    descriptor.value = traced
  }
}

/** What access libraries do: metadata alone. */
const Roles = (...roles: string[]): MethodDecorator => SetMetadata('roles', roles)

@Injectable()
class Noop implements NestInterceptor {
  intercept(_: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle()
  }
}

@ApiBearerAuth()
@UseInterceptors(Noop)
@Controller('reports')
class Reports {
  @ApiOperation({ summary: 'all' })
  @ApiResponse({ status: 200 })
  @Throttle({ default: { limit: 1000, ttl: 1000 } })
  @Roles('any')
  @RequireGroups('admins')
  @Get()
  all(): object {
    return { ok: true }
  }

  @SkipThrottle()
  @Get('own')
  @Traced()
  @RequireGroups('developers')
  own(@AuthUser('email') email: string): object {
    return { email }
  }

  @Version('2')
  @Get('own')
  second(): object {
    return { version: 2 }
  }
}

/** A base of CRUD controllers, as a mixin. */
function Crud(name: string): Type<{ one(id: string): object }> {
  class Host {
    @Get(':id')
    one(@Param('id') id: string): object {
      return { [name]: id }
    }

    @RequireAdmin()
    @Get(':id/secret')
    secret(): object {
      return { ok: true }
    }
  }
  return mixin(Host as Type<{ one(id: string): object }>)
}

@Controller('cats')
class Cats extends Crud('cat') {}

@Controller('dogs')
class Dogs extends Crud('dog') {
  @Get(':id')
  override one(@Param('id') id: string): object {
    return { ...super.one(id), good: true }
  }
}

@Controller('health')
class Health {
  @Public()
  @Get()
  health(): object {
    return { ok: true }
  }
}

@Controller({ path: 'scoped', scope: Scope.REQUEST })
class Scoped {
  constructor(@Inject(ClsService) readonly cls: ClsService) {}

  @Get()
  id(): object {
    return { hasContext: this.cls.isActive() }
  }
}

@Controller('bound')
class Bound {
  readonly arrow = (): object => ({ ok: true })
  constructor() {
    this.plain = this.plain.bind(this)
  }

  @Get()
  plain(): object {
    return { ok: true }
  }
}

abstract class Named {
  @OptionalAuth()
  @Get('who')
  who(@AuthUser('email') email: string | null): object {
    return { email, name: this.name() }
  }

  protected abstract name(): string
}

@Controller('named')
class Ada extends Named {
  protected override name(): string {
    return 'Ada'
  }
}

@InterfaceType({ resolveType: () => 'Book' })
abstract class Item {
  @Field(() => String)
  title = 'title'
}

@ObjectType({ implements: () => [Item] })
class Book extends Item {}

@UseGuards(CognitoAuthGuard)
@Resolver(() => Item)
class Items {
  @Query(() => [Item])
  items(): Item[] {
    return [new Book()]
  }

  @Public()
  @ResolveField(() => String)
  author(): string {
    return 'author'
  }
}

@Resolver(() => Book)
class Books {
  @ResolveField(() => String)
  isbn(): string {
    return '1'
  }
}

/** As its documentation has it, for apps with GraphQL. */
@Injectable()
class HttpThrottler extends ThrottlerGuard {
  protected override async shouldSkip(context: ExecutionContext): Promise<boolean> {
    return context.getType<string>() !== 'http'
  }
}

@Injectable()
class Plain {
  readonly map = new Map<string, string>()
  handle(): void {}
}

@Module({
  controllers: [Cats, Dogs],
  providers: [{ provide: 'plain', useFactory: () => ({ plain: true }) }],
})
class PetsModule {}

@Module({})
class AppModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply((_: unknown, __: unknown, next: () => void) => next()).forRoutes(nestMajor === 10 ? '*' : '*path')
  }
}

describe.each(
  platforms.flatMap(({ platform }) => [
    { platform, everything: false },
    { platform, everything: true },
  ]),
)('an ordinary app on $platform, everything: $everything', ({ platform, everything }) => {
  let origin: string

  beforeAll(async () => {
    const module: DynamicModule = {
      module: AppModule,
      imports: [
        CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true, everything }),
        ThrottlerModule.forRoot([{ limit: 1000, ttl: 1000 }]),
        ClsModule.forRoot({ global: true, middleware: { mount: true } }),
        GraphQLModule.forRoot<ApolloDriverConfig>({ driver: ApolloDriver, autoSchemaFile: true, playground: false }),
        ...(platform === 'express'
          ? [ServeStaticModule.forRoot({ rootPath: import.meta.dirname, serveRoot: '/static' })]
          : []),
        PetsModule,
        RouterModule.register([{ path: 'pets', module: PetsModule }]),
      ],
      controllers: [Reports, Health, Scoped, Bound, Ada],
      providers: [
        Plain,
        Items,
        Books,
        { provide: APP_GUARD, useClass: HttpThrottler },
        { provide: APP_INTERCEPTOR, useClass: Noop },
        { provide: 'nothing', useValue: null },
        { provide: 'function', useValue: () => undefined },
      ],
    }
    const app = await create(module, platform)
    app.setGlobalPrefix('api', { exclude: ['health'] })
    app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version', defaultVersion: '1' })
    app.enableCors()
    SwaggerModule.setup('docs', app, SwaggerModule.createDocument(app, new DocumentBuilder().build()))
    app.enableShutdownHooks()
    origin = await listen(app)
  })

  test.each([
    { path: '/health', statuses: [200, 200, 200] },
    { path: '/api/reports', statuses: [401, 403, 200] },
    { path: '/api/reports/own', statuses: [401, 200, 403] },
    { path: '/api/reports/own', version: '2', statuses: [401, 200, 200] },
    { path: '/api/pets/cats/7', statuses: [401, 200, 200] },
    { path: '/api/pets/cats/7/secret', statuses: [401, 403, 403] },
    { path: '/api/pets/dogs/7', statuses: [401, 200, 200] },
    { path: '/api/pets/dogs/7/secret', statuses: [401, 403, 403] },
    { path: '/api/scoped', statuses: [401, 200, 200] },
    { path: '/api/bound', statuses: [401, 200, 200] },
    { path: '/api/named/who', statuses: [200, 200, 200] },
    { path: '/docs', statuses: everything ? [401, 200, 200] : [200, 200, 200] },
  ])('$path $version', async ({ path, version = '1', statuses }) => {
    const found = []
    for (const who of [undefined, signedIn, admin]) {
      const tokens = who === undefined ? {} : await alb.headersFor(who)
      const headers = { ...tokens, 'x-version': version }
      found.push((await sendRaw(origin, { path, headers })).status)
    }
    expect(found).toEqual(statuses)
  })

  test('handlers see what they always saw', async () => {
    const headers = { 'x-version': '1', ...(await alb.headersFor(signedIn)) }
    const read = async (path: string): Promise<unknown> => JSON.parse((await sendRaw(origin, { path, headers })).body)
    expect(await read('/api/reports/own')).toEqual({ email: 'dev@example.com' })
    expect(await read('/api/pets/dogs/7')).toEqual({ dog: '7', good: true })
    expect(await read('/api/scoped')).toEqual({ hasContext: true })
    expect(await read('/api/named/who')).toEqual({ email: 'dev@example.com', name: 'Ada' })
  })

  test('GraphQL answers fields, interfaces and lists', async () => {
    const response = await fetch(`${origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(await alb.headersFor(signedIn)) },
      body: JSON.stringify({ query: '{ items { title author ... on Book { isbn } } }' }),
    })
    expect(await response.json()).toEqual({ data: { items: [{ title: 'title', author: 'author', isbn: '1' }] } })
  })
})
