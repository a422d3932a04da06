/** What is neither Express nor Fastify, and what passes for it but keeps its routes where `everything: true` finds none. */

import { Module } from '@nestjs/common'
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core'
import { ExpressAdapter } from '@nestjs/platform-express'
import { FastifyAdapter } from '@nestjs/platform-fastify'
import { expect, test } from 'vitest'
import { CognitoAuthModule } from '../src/index.js'
import { authoriser } from './apps.js'
import { alb, useModuleApps } from './module-app.js'

useModuleApps()

/** Has the methods of Express, and routes of its own, as `ultimate-express` does. */
function likeExpress(): AbstractHttpAdapter {
  const instance = new Proxy(new ExpressAdapter().getInstance<object>(), {
    get(target, name) {
      if (name === 'router' || name === '_router') return undefined
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  return new ExpressAdapter(instance)
}

async function start(adapter: AbstractHttpAdapter, everything: boolean): Promise<void> {
  @Module({ imports: [CognitoAuthModule.forRoot({ ...alb.options, authoriser, global: true, everything })] })
  class Root {}
  const app = await NestFactory.create(Root, adapter, { logger: false, abortOnError: false })
  await app.init()
  await app.close()
}

test('an app on what is like Express does not start with everything: true', async () => {
  await expect(start(likeExpress(), true)).rejects.toThrow('everything: true does not know this Express')
})

test('it starts without, and on Express itself with it', async () => {
  await expect(start(likeExpress(), false)).resolves.toBeUndefined()
  await expect(start(new ExpressAdapter(), true)).resolves.toBeUndefined()
})

class OtherAdapter extends FastifyAdapter {
  override getType(): string {
    return 'other'
  }
}

test('nor does one on another platform', async () => {
  await expect(start(new OtherAdapter(), true)).rejects.toThrow(
    'everything: true knows Nest on Express and on Fastify only',
  )
})
