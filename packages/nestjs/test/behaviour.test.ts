import type { User } from '@cognito-auth/core'
import type { TestAlb } from '@cognito-auth/testing'
import {
  type AppVariant,
  BehaviourApps,
  type BehaviourRow,
  behaviourRows,
  REDIRECT_URL,
} from '@cognito-auth/testing/behaviour'
import { All, Controller, type DynamicModule, Get, Module } from '@nestjs/common'
import { describe, expect, test } from 'vitest'
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
  const apps = new BehaviourApps(async (variant, alb) => await listen(await create(appModule(variant, alb), platform)))

  test.each(behaviourRows)('$app: $what', async (row) => {
    expect(await apps.run(asRouted(row, platform))).toEqual([])
  })
})
