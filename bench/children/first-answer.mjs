/**
 * Starts an app in a process that has done nothing else, asks it once, and says how long that took from its first import on.
 * Arguments: framework, `esm` or `cjs`, `ours` or `without`. Of Next.js it is the build in `bench/next` that is started.
 */
import { createRequire } from 'node:module'
import { createServer, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { createTestAlb } from '@cognito-auth/testing'

const [framework, format, way] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const isOurs = way === 'ours'

// Before the clock runs: load balancer and tokens are not the app's.
const alb = await createTestAlb()
const headers = { ...(await alb.headersFor({ groups: ['developers'] })) }
// Its user pool makes the key of its id tokens when it is first needed, which is when keys are first fetched: an RSA key takes
// longer than all that is measured. Made without `fetch`, whose loading is part of a start.
await alb.bearerFor({ clientId: alb.options.clientId }, { fault: 'id_token' })

/** `default` of what an ES module of CommonJS code gives, itself else. */
const load = async (name) => (format === 'esm' ? await import(name) : require(name))
const main = (module) => module.default ?? module

async function options() {
  const { Authoriser } = await load('@cognito-auth/core')
  return { ...alb.options, authoriser: Authoriser.fromLists({ allowedGroups: ['developers'] }) }
}

/** The parts of an app that `import` its adapter only where it is protected; each gives a function of headers to a status. */
const APPS = {
  async express() {
    const app = main(await load('express'))()
    if (isOurs) app.use((await load('@cognito-auth/express')).cognitoAuth(await options()).protect())
    app.get('/', (_, res) => void res.json({ ok: true }))
    return await overHttp(createServer(app))
  },
  async koa() {
    const app = new (main(await load('koa')))()
    if (isOurs) app.use((await load('@cognito-auth/koa')).cognitoAuth(await options()).protect())
    app.use((ctx) => {
      ctx.body = { ok: true }
    })
    return await overHttp(createServer(app.callback()))
  },
  async fastify() {
    const app = main(await load('fastify'))()
    if (isOurs) await app.register((await load('@cognito-auth/fastify')).cognitoAuth, await options())
    app.get('/', () => ({ ok: true }))
    await app.ready()
    return async () => (await app.inject({ url: '/', headers })).statusCode
  },
  async hono() {
    const { Hono } = await load('hono')
    const app = new Hono()
    if (isOurs) app.use((await load('@cognito-auth/hono')).cognitoAuth(await options()).protect())
    app.get('/', (c) => c.json({ ok: true }))
    return async () => (await app.request('http://localhost/', { headers })).status
  },
  async web() {
    let handler = () => Response.json({ ok: true })
    if (isOurs) handler = (await load('@cognito-auth/web')).createWebAuth(await options()).protect(handler)
    return async () => (await handler(new Request('http://localhost/', { headers }))).status
  },
  async remix() {
    let requireUser = async () => undefined
    if (isOurs) ({ requireUser } = (await load('@cognito-auth/remix')).createRemixAuth(await options()))
    return async () => {
      await requireUser(new Request('http://localhost/', { headers }))
      return 200
    }
  },
  async nestjs() {
    await load('reflect-metadata')
    const { Controller, Get, Module } = await load('@nestjs/common')
    const { NestFactory } = await load('@nestjs/core')
    const { ExpressAdapter } = await load('@nestjs/platform-express')
    // Plain JavaScript has no syntax for decorators.
    class Hello {
      hello() {
        return { ok: true }
      }
    }
    Get()(Hello.prototype, 'hello', Object.getOwnPropertyDescriptor(Hello.prototype, 'hello'))
    Controller()(Hello)
    // eslint-disable-next-line typescript/no-extraneous-class -- what Nest calls a module
    class App {}
    const imports = isOurs
      ? [(await load('@cognito-auth/nestjs')).CognitoAuthModule.forRoot({ ...(await options()), global: true })]
      : []
    Module({ imports, controllers: [Hello] })(App)
    const app = await NestFactory.create(App, new ExpressAdapter(), { logger: false, abortOnError: false })
    await app.init()
    return await overHttp(app.getHttpServer())
  },
  async next() {
    const next = main(await load('next'))
    // Its rules are in the build, too.
    globalThis.benchApp = { way, options: alb.options }
    const app = next({ dev: false, dir: fileURLToPath(new URL('../next', import.meta.url)) })
    await app.prepare()
    return await overHttp(createServer(app.getRequestHandler()))
  },
  async lambda() {
    let handler = async () => ({ statusCode: 200 })
    if (isOurs) handler = (await load('@cognito-auth/lambda')).createLambdaAuth(await options()).withUser(handler)
    const event = { requestContext: { elb: {} }, httpMethod: 'GET', path: '/', headers }
    return async () => (await handler(event, {})).statusCode
  },
}

async function overHttp(server) {
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  return async () =>
    await new Promise((resolve, reject) => {
      const sent = request({ port, host: '127.0.0.1', headers, agent: false }, (res) => {
        res.resume().once('end', () => resolve(res.statusCode))
      })
      sent.once('error', reject).end()
    })
}

const cpuBefore = process.cpuUsage()
const started = performance.now()
const ask = await APPS[framework]()
const status = await ask()
const ms = performance.now() - started
const { user, system } = process.cpuUsage(cpuBefore)
if (status !== 200) throw new Error(`${framework} answered ${status}`)
process.stdout.write(JSON.stringify({ ms, cpuMs: (user + system) / 1_000 }), () => process.exit(0))
