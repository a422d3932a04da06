/** `node scripts/new-adapter.mjs NAME`: a package for another framework, as a copy of the Koa adapter, and what is left to do. */
import { copyAdapter, placesToEnter } from './adapter/copy.mjs'

const [name] = process.argv.slice(2)
try {
  const files = copyAdapter(name, { from: '.', to: '.' })
  console.log(`${files.length} files, among them packages/${name} and docs/${name}.md. Now:

1. packages/${name}/src/cognito-auth.ts: the port. Say how the framework spells headers, paths, the user, an answer, and going on; decide nothing. The types of Framework in core/src/adapter/middleware.ts name each.
2. packages/${name}/package.json, scripts/packages/consumers/${name}/package.json: the framework in place of Koa, with its oldest versions in "floors".
3. packages/${name}/test: an app of the framework for the behaviour table.
4. These name every adapter; enter ${name} beside Koa:
${placesToEnter('.')
  .map((path) => `   - ${path}`)
  .join('\n')}
5. npx pnpm install && npx pnpm test, then npx pnpm api`)
} catch (error) {
  console.error(`new-adapter: ${error.message}`)
  process.exitCode = 1
}
