import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import { Controller, Get, Module, type Type, UseGuards } from '@nestjs/common'
import { afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { CognitoAuthGuard, CognitoAuthModule, OptionalAuth, Public, RequireAdmin, RequireGroups } from '../src/index.js'
import { admin, authoriser, create, listen, root, signedIn, stranger } from './apps.js'

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

function configuredWith(...controllers: Type[]): Type {
  @Module({ imports: [CognitoAuthModule.forRoot({ ...alb.options, authoriser })], controllers })
  class AppModule {}
  return AppModule
}

describe('levels', () => {
  @Controller()
  @RequireGroups('admins')
  class Strict {
    @Get('strict')
    strict(): object {
      return { ok: true }
    }
    @Public()
    @Get('strict/public')
    public(): object {
      return { ok: true }
    }
    @RequireAdmin()
    @Get('strict/both')
    both(): object {
      return { ok: true }
    }
    @RequireGroups('admins')
    @RequireGroups('developers')
    @Get('strict/twice')
    twice(): object {
      return { ok: true }
    }
  }

  @Controller()
  @Public()
  class Open {
    @Get('open')
    open(): object {
      return { ok: true }
    }
    @RequireGroups('admins')
    @Get('open/admins')
    admins(): object {
      return { ok: true }
    }
    @UseGuards(CognitoAuthGuard)
    @Get('open/guarded')
    guarded(): object {
      return { ok: true }
    }
    @OptionalAuth()
    @Get('open/optional')
    optional(): object {
      return { ok: true }
    }
    @Public()
    @OptionalAuth()
    @Get('open/either')
    either(): object {
      return { ok: true }
    }
    @OptionalAuth()
    @Public()
    @Get('open/or')
    or(): object {
      return { ok: true }
    }
    @Public()
    @RequireAdmin()
    @Get('open/contradiction')
    contradiction(): object {
      return { ok: true }
    }
    @Public()
    @UseGuards(CognitoAuthGuard)
    @Get('open/guarded-too')
    guardedToo(): object {
      return { ok: true }
    }
    @UseGuards(CognitoAuthGuard)
    @OptionalAuth()
    @Get('open/optional-too')
    optionalToo(): object {
      return { ok: true }
    }
  }

  @UseGuards(CognitoAuthGuard)
  @Public()
  @Controller('contradicting')
  class Contradicting {
    @Get()
    hello(): object {
      return { ok: true }
    }
    @Public()
    @Get('public')
    public(): object {
      return { ok: true }
    }
  }

  @Controller('derived')
  class Derived extends Strict {
    @Get('own')
    own(): object {
      return { ok: true }
    }
  }

  @Public()
  @Controller('opened')
  class Opened extends Strict {
    @RequireGroups('developers')
    @Get('own')
    developers(): object {
      return { ok: true }
    }
  }

  @Controller()
  class Unguarded {
    @RequireGroups('admins')
    @Get('alone/groups')
    groups(): object {
      return { ok: true }
    }
    @RequireAdmin()
    @Get('alone/admin')
    admin(): object {
      return { ok: true }
    }
    @OptionalAuth()
    @Get('alone/optional')
    optional(): object {
      return { ok: true }
    }
  }

  let origin: string
  beforeAll(async () => {
    origin = await listen(await create(configuredWith(Strict, Open, Contradicting, Derived, Opened, Unguarded)))
  })

  const nobody = undefined
  test.each([
    { path: '/strict', who: nobody, status: 401 },
    { path: '/strict', who: signedIn, status: 403 },
    { path: '/strict', who: admin, status: 200 },
    { path: '/strict/public', who: nobody, status: 200 },
    { path: '/strict/both', who: admin, status: 403 },
    { path: '/strict/both', who: root, status: 403 },
    { path: '/strict/both', who: { ...root, groups: ['admins'] }, status: 200 },
    { path: '/strict/twice', who: admin, status: 403 },
    { path: '/strict/twice', who: { ...admin, groups: ['admins', 'developers'] }, status: 200 },
    { path: '/open', who: nobody, status: 200 },
    { path: '/open/admins', who: nobody, status: 401 },
    { path: '/open/admins', who: signedIn, status: 403 },
    { path: '/open/admins', who: admin, status: 200 },
    { path: '/open/guarded', who: nobody, status: 401 },
    { path: '/open/guarded', who: signedIn, status: 200 },
    { path: '/open/optional', who: nobody, status: 200 },
    { path: '/open/optional', who: stranger, status: 403 },
    { path: '/open/either', who: stranger, status: 403 },
    { path: '/open/or', who: stranger, status: 403 },
    { path: '/opened/own', who: signedIn, status: 200 },
    { path: '/opened/own', who: admin, status: 403 },
    { path: '/opened/strict', who: nobody, status: 401 },
    { path: '/opened/strict', who: signedIn, status: 403 },
    { path: '/opened/strict', who: admin, status: 200 },
    { path: '/open/contradiction', who: nobody, status: 401 },
    { path: '/open/guarded-too', who: nobody, status: 401 },
    { path: '/open/guarded-too', who: signedIn, status: 200 },
    { path: '/open/optional-too', who: nobody, status: 200 },
    { path: '/contradicting', who: nobody, status: 401 },
    { path: '/contradicting/public', who: nobody, status: 200 },
    { path: '/derived/own', who: nobody, status: 401 },
    { path: '/derived/own', who: signedIn, status: 403 },
    { path: '/derived/strict/public', who: nobody, status: 200 },
    { path: '/alone/groups', who: nobody, status: 401 },
    { path: '/alone/groups', who: signedIn, status: 403 },
    { path: '/alone/admin', who: signedIn, status: 403 },
    { path: '/alone/admin', who: root, status: 200 },
    { path: '/alone/optional', who: nobody, status: 200 },
  ])('$path answers $status to $who.email', async ({ path, who, status }) => {
    const headers = who === undefined ? {} : await alb.headersFor(who)
    expect(await sendRaw(origin, { path, headers })).toMatchObject({ status })
  })

  test('a group decorator without a group is a mistake', () => {
    expect(() => RequireGroups()).toThrow(expect.objectContaining({ code: 'configuration' }))
  })
})
