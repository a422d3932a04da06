/** Real Nest apps on both platforms, for the tests. */

import { createRequire } from 'node:module'
import { Authoriser } from '@cognito-auth/core'
import type { INestApplication, Type } from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { afterAll } from 'vitest'

export const authoriser: Authoriser = Authoriser.fromLists({
  allowedGroups: ['developers', 'admins'],
  adminUsers: ['root@example.com'],
})

export const signedIn = { email: 'dev@example.com', groups: ['developers'] }
export const admin = { email: 'admin@example.com', groups: ['admins'] }
export const root = { email: 'root@example.com', groups: [] }
export const stranger = { email: 'stranger@example.com', groups: ['visitors'] }

/** Which major of Nest this runs on: the tests of this package run on all of them, in `compat`. */
export const nestMajor: number = Number.parseInt(
  (createRequire(import.meta.url)('@nestjs/common/package.json') as { version: string }).version,
  10,
)

/** Why a test is skipped: what Nest itself does differently in another major is tested there. */
export const SO_IN_NEST_10 = 'Nest itself does so in version 10 only'
export const SO_FROM_NEST_11 = 'Nest itself does so from version 11 on'
export const SO_FROM_NEST_12 = 'Nest itself does so from version 12 on'

export type Platform = 'express' | 'fastify'

const adapters: { readonly [Name in Platform]: () => AbstractHttpAdapter } = {
  express: () => new ExpressAdapter(),
  fastify: () => new FastifyAdapter(),
}

export const platforms: readonly { readonly platform: Platform }[] = [{ platform: 'express' }, { platform: 'fastify' }]

const apps: INestApplication[] = []

/** After the tests of a file. */
export async function closeApps(): Promise<void> {
  for (const app of apps.splice(0)) await app.close()
}
afterAll(closeApps)

/** Makes an app that has not started, and will be closed after the tests of the file. */
export async function create(
  module: Type | Parameters<typeof NestFactory.create>[0],
  platform: Platform = 'express',
): Promise<INestApplication> {
  const app = await NestFactory.create(module, adapters[platform](), { logger: false, abortOnError: false })
  apps.push(app)
  return app
}

/** Starts an app on a free port. */
export async function listen(app: INestApplication): Promise<string> {
  if (!apps.includes(app)) apps.push(app)
  await app.listen(0, '127.0.0.1')
  return await app.getUrl()
}

export type Method = (...args: unknown[]) => unknown

/** Replaces the method, as decorators for tracing, caching, retries and transactions do. */
export function Timed(): MethodDecorator {
  return (_target, _key, descriptor: PropertyDescriptor) => {
    const original = descriptor.value as Method
    descriptor.value = function timed(this: unknown, ...args: unknown[]): unknown {
      return original.apply(this, args)
    }
  }
}
