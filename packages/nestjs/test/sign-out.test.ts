/** `signOutPath`, redirects and pages: with the module and without it. */

import { fileURLToPath } from 'node:url'
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { sendRaw } from '@cognito-auth/testing/behaviour'
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type DynamicModule,
  type ExceptionFilter,
  Get,
  HttpException,
  Module,
  UseGuards,
} from '@nestjs/common'
import { APP_FILTER, APP_GUARD } from '@nestjs/core'
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { CognitoAuthGuard, CognitoAuthModule } from '../src/index.js'
import { create, listen, platforms, signedIn, stranger } from './apps.js'

let alb: TestAlb

beforeAll(async () => {
  alb = await createTestAlb()
})

beforeEach(() => {
  vi.stubEnv('COGNITO_AUTH_ALB_ARN', String(alb.options.albArn))
  vi.stubEnv('COGNITO_AUTH_CLIENT_ID', String(alb.options.clientId))
  vi.stubEnv('COGNITO_AUTH_USER_POOL_ID', String(alb.options.userPoolId))
  vi.stubEnv('COGNITO_AUTH_CONFIG_PATH', fileURLToPath(new URL('auth-config.json', import.meta.url)))
  vi.stubEnv('COGNITO_AUTH_DOMAIN', 'my.auth.eu-west-2.amazoncognito.com')
  vi.stubEnv('COGNITO_AUTH_LOGOUT_URLS', 'https://app.example.com/')
  vi.stubEnv('COGNITO_AUTH_SIGN_OUT_PATH', '/sign-out')
  vi.stubGlobal('fetch', alb.options.fetch)
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

@Module({})
class AppModule {}

@UseGuards(CognitoAuthGuard)
@Controller()
class Guarded {
  @Get()
  hello(): object {
    return { ok: true }
  }
}

const ways: { readonly what: string; readonly module: () => Partial<DynamicModule> }[] = [
  { what: 'the module', module: () => ({ imports: [CognitoAuthModule.forRoot({ global: true })] }) },
  { what: 'the module, not global', module: () => ({ imports: [CognitoAuthModule.forRoot()] }) },
  { what: 'everything', module: () => ({ imports: [CognitoAuthModule.forRoot({ global: true, everything: true })] }) },
  { what: 'the guard alone', module: () => ({}) },
  {
    what: 'the guard for the app',
    module: () => ({ providers: [{ provide: APP_GUARD, useClass: CognitoAuthGuard }] }),
  },
]

describe.each(platforms.flatMap((one) => ways.map((way) => ({ ...one, ...way }))))(
  'with $what on $platform',
  ({ platform, module }) => {
    async function start(more: Partial<DynamicModule> = {}): Promise<string> {
      const given = module()
      const providers = [...(given.providers ?? []), ...(more.providers ?? [])]
      return await listen(
        await create({ module: AppModule, controllers: [Guarded], ...given, ...more, providers }, platform),
      )
    }

    test.each([
      { method: 'GET', headers: { 'sec-fetch-mode': 'navigate' }, status: 302 },
      { method: 'HEAD', headers: { 'sec-fetch-mode': 'navigate' }, status: 302 },
      { method: 'POST', headers: { 'sec-fetch-mode': 'navigate' }, status: 200 },
      { method: 'GET', headers: { 'sec-fetch-mode': 'cors' }, status: 200 },
    ])('$method signs out, whoever asks: $status', async ({ method, headers, status }) => {
      const origin = await start()
      for (const who of [undefined, stranger]) {
        const tokens = who === undefined ? {} : await alb.headersFor(who)
        const response = await sendRaw(origin, { method, path: '/sign-out', headers: { ...tokens, ...headers } })
        expect(response.status).toBe(status)
        expect(JSON.stringify(response.headers)).toContain('AWSELBAuthSessionCookie-0=')
      }
      expect(await sendRaw(origin, { method, path: '/sign-out/', headers })).toMatchObject({ status })
    })

    test('other methods and spellings do not', async () => {
      const origin = await start()
      for (const request of [
        { method: 'DELETE', path: '/sign-out' },
        { method: 'GET', path: '/sign-out/x' },
        { method: 'GET', path: '/Sign-Out' },
      ]) {
        const response = await sendRaw(origin, request)
        expect([401, 404]).toContain(response.status)
        expect(JSON.stringify(response.headers)).not.toContain('AWSELBAuthSessionCookie')
      }
    })

    test('a navigation gets a page that links there, or a redirect', async () => {
      const headers = { 'sec-fetch-dest': 'document', ...(await alb.headersFor(stranger)) }
      const page = await sendRaw(await start(), { path: '/', headers })
      expect(page).toMatchObject({ status: 403, headers: { 'content-type': 'text/html; charset=utf-8' } })
      expect(page.body).toContain('href="/sign-out"')
      expect(page.body).toContain('stranger@example.com')
      vi.stubEnv('COGNITO_AUTH_REDIRECT_URL', '/denied')
      const redirect = await sendRaw(await start(), { path: '/', headers })
      expect(redirect).toMatchObject({ status: 302, headers: { location: '/denied' }, body: '' })
      expect(redirect.headers).not.toHaveProperty('www-authenticate')
    })

    test('others get a problem document, and users their answer', async () => {
      const origin = await start()
      expect(await sendRaw(origin, { path: '/' })).toMatchObject({
        status: 401,
        headers: {
          'content-type': 'application/problem+json',
          'www-authenticate': 'Bearer',
          'cache-control': 'no-store',
        },
      })
      const headers = await alb.headersFor(signedIn)
      expect(await sendRaw(origin, { path: '/', headers })).toMatchObject({ status: 200, body: '{"ok":true}' })
    })

    test("the app's own filters win", async () => {
      @Catch(HttpException)
      class Own implements ExceptionFilter {
        catch(exception: HttpException, host: ArgumentsHost): void {
          const response = host.switchToHttp().getResponse<{ status(code: number): { send(body: string): void } }>()
          response.status(418).send(`own ${exception.getStatus()}`)
        }
      }
      const origin = await start({ providers: [{ provide: APP_FILTER, useClass: Own }] })
      expect(await sendRaw(origin, { path: '/' })).toMatchObject({ status: 418, body: 'own 401' })
      const given = module()
      const app = await create({ module: AppModule, controllers: [Guarded], ...given }, platform)
      app.useGlobalFilters(new Own())
      expect(await sendRaw(await listen(app), { path: '/' })).toMatchObject({ status: 418, body: 'own 401' })
    })
  },
)
