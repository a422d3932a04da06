import type { User } from '@cognito-auth/core'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import {
  type AppVariant,
  type BehaviourRow,
  behaviourRows,
  REDIRECT_URL,
  runRow,
} from '@cognito-auth/testing/behaviour'
import { All, Controller, type DynamicModule, Get, Module } from '@nestjs/common'
import { beforeAll, describe, expect, test } from 'vitest'
import { AuthUser, CognitoAuthModule, OptionalAuth, Public, RequireAdmin, RequireGroups } from '../src/index.js'
import { authoriser, create, listen, platforms } from './apps.js'

@Controller()
class AppController {
  @All()
  me(@AuthUser() { email, groups, isAdmin }: User): object {
    return { email, groups, isAdmin }
  }

  @Public()
  @Get('health')
  health(): object {
    return { ok: true }
  }

  @RequireGroups('admins')
  @Get('admins')
  admins(@AuthUser('email') email: string): object {
    return { email }
  }

  @RequireAdmin()
  @Get('admin')
  admin(@AuthUser('email') email: string): object {
    return { email }
  }
}

@Controller()
class OptionalController {
  @OptionalAuth()
  @Get('maybe')
  maybe(@AuthUser('email') email: string | null): object {
    return { email }
  }
}

@Module({})
class AppModule {}

function appModule(variant: AppVariant, alb: TestAlb): DynamicModule {
  const redirectUrl = variant === 'plain' ? undefined : REDIRECT_URL
  return {
    module: AppModule,
    imports: [CognitoAuthModule.forRoot({ ...alb.options, authoriser, redirectUrl, global: true })],
    controllers: [variant === 'optional' ? OptionalController : AppController],
  }
}

/** Fastify's router decodes paths: to Nest this is a request for the public handler itself, which answers it. */
function asRouted(row: BehaviourRow, platform: string): BehaviourRow {
  const isDecoded = platform === 'fastify' && row.what.includes('/%68ealth')
  return isDecoded ? { ...row, expected: { status: 200, json: { ok: true } } } : row
}

describe.each(platforms)('the behaviour of every adapter, on $platform', ({ platform }) => {
  const shared = new Map<AppVariant, { origin: string; alb: TestAlb }>()

  async function start(variant: AppVariant): Promise<{ origin: string; alb: TestAlb }> {
    const alb = await createTestAlb()
    return { alb, origin: await listen(await create(appModule(variant, alb), platform)) }
  }

  beforeAll(async () => {
    for (const variant of ['plain', 'redirect', 'optional'] as const) shared.set(variant, await start(variant))
  })

  test.each(behaviourRows)('$app: $what', async (row) => {
    const app = (row.fresh ? undefined : shared.get(row.app)) ?? (await start(row.app))
    expect(await runRow(asRouted(row, platform), app)).toEqual([])
  })
})
