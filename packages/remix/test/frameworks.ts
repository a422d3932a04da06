/**
 * Small apps for the real request handlers of Remix 2 and React Router 7 and 8, without a bundler: the server build is
 * what their Vite plugins would make of the route modules.
 */
import { createServer, type Server } from 'node:http'
import { createRequestListener } from '@remix-run/node-fetch-server'
import { createRequestHandler as createRemix2Handler } from '@remix-run/server-runtime'
import { createRequestHandler as createRouter7Handler } from 'react-router'
import { createRequestHandler as createRouter8Handler } from 'react-router8'
import type { HeadersArgs, MiddlewareArgs } from '../src/index.js'

/** What loaders, actions and middleware are called with, in all three. */
export interface Args extends MiddlewareArgs {
  readonly params: Record<string, string | undefined>
  readonly context: MiddlewareArgs['context'] & { get(context: object): unknown }
}

/** A route module. Without a component it is a resource route, which answers with what its loader gives. */
export interface RouteModule {
  readonly loader?: (args: Args) => unknown
  readonly action?: (args: Args) => unknown
  readonly middleware?: readonly ((args: Args, next: () => Promise<Response>) => Promise<unknown>)[]
  readonly headers?: (args: HeadersArgs) => Headers
  readonly default?: () => null
  readonly ErrorBoundary?: () => null
}

/** Route modules by id; `parent/child` nests, `root` holds all. */
export interface App {
  readonly [id: string]: RouteModule & { readonly path?: string; readonly parentId?: string }
}

type Handler = (request: Request, context?: unknown) => Promise<Response>

/** Answers with the data that the browser's router would be given, in place of HTML: there is no React here. */
function entry(kind: string) {
  return {
    module: {
      // Refused requests, and URLs without a route, are expected here.
      handleError: () => undefined,
      default: (_request: Request, status: number, headers: Headers, context: unknown) =>
        new Response(JSON.stringify(dataOf(context)), {
          status,
          headers: [...headers, ['x-rendered-by', kind]],
        }),
    },
  }
}

/** What a document shows: loader data and errors by route. */
function dataOf(context: unknown): unknown {
  const { staticHandlerContext } = context as { staticHandlerContext: Record<string, unknown> }
  return { loaderData: staticHandlerContext['loaderData'], errors: staticHandlerContext['errors'] }
}

function routesOf(app: App): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(app).map(([id, { path, parentId, ...module }]) => [
      id,
      { id, path, parentId: id === 'root' ? undefined : (parentId ?? 'root'), module },
    ]),
  )
}

function manifestOf(app: App): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(app).map(([id, { path, parentId, loader, action, ErrorBoundary }]) => [
      id,
      {
        id,
        path,
        parentId: id === 'root' ? undefined : (parentId ?? 'root'),
        hasLoader: loader !== undefined,
        hasAction: action !== undefined,
        hasErrorBoundary: ErrorBoundary !== undefined,
        module: '',
        imports: [],
      },
    ]),
  )
}

function buildOf(app: App, kind: string, future: Record<string, boolean>): object {
  return {
    entry: entry(kind),
    routes: routesOf(app),
    assets: { entry: { imports: [], module: '' }, routes: manifestOf(app), url: '', version: '1' },
    publicPath: '/',
    assetsBuildDirectory: '',
    future,
    isSpaMode: false,
    ssr: true,
    prerender: [],
    routeDiscovery: { mode: 'initial', manifestPath: '/__manifest' },
  }
}

/** A framework with its real request handler. */
export interface Framework {
  readonly name: string
  readonly hasMiddleware: boolean
  /** Whether loaders see the URL of a data request. Elsewhere they see that of the page. */
  readonly showsDataUrl: boolean
  /** Where the browser's router asks for the data of a page. */
  readonly dataOf: (path: string, routeId: string) => string
  readonly handler: (app: App) => Handler
}

function remix2(name: string, future: Record<string, boolean>): Omit<Framework, 'dataOf'> {
  return {
    name,
    hasMiddleware: false,
    showsDataUrl: false,
    handler: (app) => createRemix2Handler(buildOf(app, name, future) as never, 'production') as Handler,
  }
}

function router7(name: string, future: Record<string, boolean>): Omit<Framework, 'dataOf'> {
  return {
    name,
    hasMiddleware: future['v8_middleware'] === true,
    showsDataUrl: future['v8_passThroughRequests'] === true,
    handler: (app) => createRouter7Handler(buildOf(app, name, future) as never, 'production') as Handler,
  }
}

const singleFetch = (path: string): string => (path === '/' ? '/_root.data' : `${path}.data`)

/** As version 8 writes it, which tells `/path` and `/path/` apart. */
const singleFetch8 = (path: string): string => (path.endsWith('/') ? `${path}_.data` : `${path}.data`)

/** The frameworks as most apps run them. */
export const FRAMEWORKS: readonly Framework[] = [
  { ...remix2('Remix 2', { v3_singleFetch: true }), dataOf: singleFetch },
  { ...router7('React Router 7', { v8_middleware: true }), dataOf: singleFetch },
  {
    name: 'React Router 8',
    hasMiddleware: true,
    showsDataUrl: true,
    dataOf: singleFetch8,
    handler: (app) => createRouter8Handler(buildOf(app, 'React Router 8', {}) as never, 'production') as Handler,
  },
]

/** The same with flags that change what loaders are handed. */
export const FLAGGED_FRAMEWORKS: readonly Framework[] = [
  { ...remix2('Remix 2 without single fetch', {}), dataOf: (path, routeId) => `${path}?_data=${routeId}` },
  { ...router7('React Router 7 without flags', {}), dataOf: singleFetch },
  {
    ...router7('React Router 7 with the requests of 8', {
      v8_middleware: true,
      v8_passThroughRequests: true,
      v8_trailingSlashAwareDataRequests: true,
    }),
    dataOf: singleFetch8,
  },
]

const servers: Server[] = []

/** A running server in front of a handler; its origin. */
export async function serve(handler: Handler): Promise<string> {
  const server = createServer(createRequestListener((request) => handler(request)))
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}`
}

/** Stops all servers. */
export function stopServers(): void {
  for (const server of servers) server.close()
}
