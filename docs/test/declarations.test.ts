/**
 * What apps export of our adapters can be written into declarations (`declaration: true`), where they see nothing but the
 * adapter: pnpm puts what it depends on out of their reach, and TypeScript refuses types that it cannot name (TS2742, TS2883).
 */

import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ts from 'typescript'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ROOT } from './pages.js'

let app: string

/** What an app installs besides. */
const FRAMEWORKS: readonly string[] = ['express', '@types/express', 'koa', '@types/koa', 'hono', 'next', 'fastify']

/** The packages that each of ours finds beside itself, as pnpm links them; the framework also beside the app. */
function linkInto(folder: string, name: string): void {
  const dependencies = join(ROOT, 'packages', name, 'node_modules')
  for (const entry of readdirSync(dependencies)) {
    if (entry.startsWith('.') || entry === '@cognito-auth') continue
    const scoped = entry.startsWith('@')
      ? readdirSync(join(dependencies, entry)).map((one) => `${entry}/${one}`)
      : [entry]
    for (const one of scoped) {
      for (const place of FRAMEWORKS.includes(one) && name === one.replace('@types/', '') ? [folder, app] : [folder]) {
        mkdirSync(join(place, 'node_modules', one, '..'), { recursive: true })
        symlinkSync(realpathSync(join(dependencies, one)), join(place, 'node_modules', one))
      }
    }
  }
}

const ADAPTERS = ['express', 'koa', 'hono', 'fastify', 'lambda', 'next', 'remix', 'web']

beforeAll(() => {
  app = realpathSync(mkdtempSync(join(tmpdir(), 'declarations-')))
  // A store of its own for each package: what is in it is not in the app's node_modules.
  const storeOf = (name: string): string => join(app, 'node_modules/.pnpm', name)
  const placeOf = (name: string): string => join(storeOf(name), 'node_modules/@cognito-auth', name)
  for (const name of ['core', ...ADAPTERS]) {
    for (const part of ['dist', 'package.json']) {
      cpSync(join(ROOT, 'packages', name, part), join(placeOf(name), part), { recursive: true })
    }
    linkInto(storeOf(name), name)
  }
  mkdirSync(join(app, 'node_modules/@cognito-auth'))
  for (const name of ADAPTERS) {
    symlinkSync(placeOf(name), join(app, 'node_modules/@cognito-auth', name))
    for (const other of ['core', 'web'].filter((one) => one !== name)) {
      symlinkSync(placeOf(other), join(storeOf(name), 'node_modules/@cognito-auth', other))
    }
  }
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }')
})

afterAll(() => {
  rmSync(app, { recursive: true, force: true })
})

const MAKERS = 'protect, requireGroups, requireScopes, requireAdmin, optional, logout, requireUser, core'
const THROWING = 'requireUser, getUser, requireGroups, requireAdmin, requireScopes, logout, core'

/** A module of an app: what it imports of the framework, and what it exports of ours. */
const MODULES = {
  express: `import 'express'; import { cognitoAuth as make } from '@cognito-auth/express'
    export const auth = make(), { ${MAKERS} } = auth, one = auth.protect()`,
  koa: `import 'koa'; import { cognitoAuth as make } from '@cognito-auth/koa'
    export const auth = make(), { ${MAKERS} } = auth, one = auth.protect()`,
  hono: `import 'hono'; import { cognitoAuth as make } from '@cognito-auth/hono'
    export const auth = make(), { ${MAKERS} } = auth, one = auth.protect()`,
  fastify: `import fastify from 'fastify'; import { cognitoAuth } from '@cognito-auth/fastify'
    const app = fastify().register(cognitoAuth)
    export const { protect, requireGroups, optional, logout, requireUser } = app.cognitoAuth`,
  remix: `import { createRemixAuth as make } from '@cognito-auth/remix'
    export const auth = make(), { ${THROWING}, middleware, refusalHeaders, headers, userContext } = auth`,
  web: `import { createWebAuth as make } from '@cognito-auth/web'
    export const auth = make(), { ${THROWING}, authenticate, protect } = auth, one = protect(() => new Response())`,
  next: `import 'next/server.js'; import { createNextAuth as make } from '@cognito-auth/next'
    export const auth = make(), { requireUser, getUser, requireGroups, withUser, proxy } = auth
    export const one = withUser(() => new Response())`,
  lambda: `import { createLambdaAuth as make } from '@cognito-auth/lambda'
    export const auth = make(), { withUser } = auth, one = withUser(() => ({ statusCode: 200 }))`,
}

test('declarations of an app name what it exports of an adapter', { timeout: 120_000 }, () => {
  const files = Object.entries(MODULES).map(([name, code]) => {
    const file = join(app, `${name}.ts`)
    writeFileSync(file, code)
    return file
  })
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.NodeNext,
    types: [],
    declaration: true,
    emitDeclarationOnly: true,
    strict: true,
    skipLibCheck: true,
  })
  const written: string[] = []
  const { diagnostics } = program.emit(undefined, (file) => void written.push(file))
  const told = [...ts.getPreEmitDiagnostics(program), ...diagnostics].map(
    ({ file, messageText }) => `${file?.fileName}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
  )
  expect([...new Set(told)]).toEqual([])
  expect(written.filter((file) => file.startsWith(app))).toHaveLength(files.length)
})
