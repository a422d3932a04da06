import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** In the package, so that what is not bundled is found. */
const folder = join(import.meta.dirname, '../.tmp/bundle')

/** An app with its own injection by tokens, as bundlers want it; it says what it answers, and ends. */
const source = `
import 'reflect-metadata'
import { createTestAlb } from '@cognito-auth/testing'
import { Authoriser, CognitoAuth } from '@cognito-auth/core'
import { AuthUser, CognitoAuthModule, OptionalAuth, Public, RequireGroups } from '@cognito-auth/nestjs'
import { Controller, Get, Inject, Module } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'

const alb = await createTestAlb()
const authoriser = Authoriser.fromLists({ allowedGroups: ['developers'] })

@Controller()
class AppController {
  constructor(@Inject(CognitoAuth) readonly auth: CognitoAuth) {}
  @Get() me(@AuthUser('email') email: string) { return { email, injected: this.auth instanceof CognitoAuth } }
  @Public() @Get('open') open() { return { metadata: Reflect.hasMetadata('design:paramtypes', AppController) } }
  @OptionalAuth() @Get('maybe') maybe(@AuthUser('email') email: string | null) { return { email } }
  @RequireGroups('admins') @Get('admins') admins() { return { ok: true } }
}

@Module({ imports: [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true })], controllers: [AppController] })
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: false })
await app.listen(0, '127.0.0.1')
const headers = await alb.headersFor({ email: 'dev@example.com', groups: ['developers'] })
const answers = {}
for (const path of ['/', '/open', '/maybe', '/admins']) {
  const nobody = await fetch((await app.getUrl()) + path)
  const user = await fetch((await app.getUrl()) + path, { headers })
  answers[path] = [nobody.status, user.status, await user.json()]
}
await app.close()
console.log(JSON.stringify(answers))
`

beforeAll(async () => {
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'app.ts'), source)
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

test('an app that esbuild bundled, without decorator metadata, is protected', async () => {
  const outfile = join(folder, 'app.mjs')
  await build({
    entryPoints: [join(folder, 'app.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    // Even where it is asked for: esbuild does not know types.
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true, emitDecoratorMetadata: true } },
    // Ours is in the bundle, and Nest, which loads optional packages as it runs, is not.
    external: ['@nestjs/*', 'reflect-metadata', '@aws-sdk/*'],
    logLevel: 'silent',
  })
  const { stdout } = await promisify(execFile)(process.execPath, [outfile])
  expect(JSON.parse(stdout)).toEqual({
    '/': [401, 200, { email: 'dev@example.com', injected: true }],
    '/open': [200, 200, { metadata: false }],
    '/maybe': [200, 200, { email: 'dev@example.com' }],
    '/admins': [401, 403, { type: 'about:blank', title: 'Forbidden', status: 403, code: 'access_denied' }],
  })
})
