/** What somebody without a session sends, straight at the app. */

/** Headers that have made middleware of Next look away, or ask for something else than the page; with the method. */
export const ATTACKS: readonly (readonly [string, Record<string, string>, string?])[] = [
  ['nothing', {}],
  ['a forged token', { 'x-amzn-oidc-data': 'a.b.c', 'x-amzn-oidc-accesstoken': 'a.b.c', 'x-amzn-oidc-identity': 'x' }],
  ['a subrequest header', { 'x-middleware-subrequest': 'middleware' }],
  [
    'a subrequest header of src',
    { 'x-middleware-subrequest': 'src/middleware:src/middleware:src/middleware:src/middleware:src/middleware' },
  ],
  [
    'a subrequest header, five times',
    { 'x-middleware-subrequest': 'middleware:middleware:middleware:middleware:middleware' },
  ],
  ['a subrequest header of proxy', { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' }],
  [
    'what middleware answers',
    { 'x-middleware-next': '1', 'x-middleware-rewrite': '/open', 'x-middleware-override-headers': 'a' },
  ],
  ['an invocation', { 'x-invoke-path': '/open', 'x-invoke-status': '200', 'x-matched-path': '/open' }],
  ['RSC', { rsc: '1' }],
  ['RSC with a state tree', { rsc: '1', 'next-router-state-tree': '%5B%22%22%2C%7B%7D%5D', 'next-url': '/open' }],
  ['a prefetch', { rsc: '1', 'next-router-prefetch': '1' }],
  ['a prefetch of a segment', { rsc: '1', 'next-router-prefetch': '1', 'next-router-segment-prefetch': '/_tree' }],
  ['a Pages data request', { 'x-nextjs-data': '1' }],
  ['a resume', { 'next-resume': '1' }, 'POST'],
  ['an action', { 'next-action': '0'.repeat(42) }, 'POST'],
  ['a preview', { 'x-prerender-revalidate': 'x', cookie: '__prerender_bypass=x; __next_preview_data=x' }],
]

/** Pages that ask for a user, or stand behind `proxy` alone. */
export const PAGES = [
  '/',
  '/ten',
  '/guarded/below',
  '/board',
  '/links',
  '/maybe',
  '/actions',
  '/private-cache',
  '/data-cache',
  '/plain-static',
]

/** Ways to a page past what protects its path. @param page its path, without the first slash */
export function detoursTo(page: string): string[] {
  return [
    `/${page}.rsc`,
    `/${page}.txt`,
    `/${page}.segments/_tree.segment.rsc`,
    `/${page}.prefetch.rsc`,
    `/${page}/`,
    `//${page}`,
    `/%${page.charCodeAt(0).toString(16)}${page.slice(1)}`,
    `/${page.replaceAll('-', '%2d').replaceAll('/', '%2f')}`,
    `/open/../${page}`,
    `/open/..%2f${page}`,
    `/open/%2e%2e/${page}`,
    `/open%2f..%2f${page}`,
    `/open\\..\\${page}`,
    `/en/${page}`,
    `/${page.toUpperCase()}`,
    `/_next/data/build/${page}.json`,
    `/_next/image?url=%2F${page}&w=16&q=75`,
    `/_next/static/chunks/../../../server/app/${page}.html`,
    `/${page}?_rsc=abc`,
    `/${page}?nxtPopen=x`,
    `/open?__nextDataReq=1/../${page}`,
  ]
}

/** What nobody without a session may read. */
export const NAMES = /@example\.com|Static secret|(?:Home|Board|Links|Page|Layout|Cached page) of/
