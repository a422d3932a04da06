import { reactRouter } from '@react-router/dev/vite'
import { defineConfig, type Plugin } from 'vite'
import { recipe } from '../test/recipes.js'

/** What the docs tell people to write in their root and in routes with a form. */
const recipes: Readonly<Record<string, string>> = {
  'recipe:error-boundary': recipe('React Router', 'import { sessionFetch }'),
  'recipe:client-action': recipe('React Router', 'import { data'),
}

const fromDocs: Plugin = {
  name: 'recipes of the docs',
  enforce: 'pre',
  resolveId: (id) => (id in recipes ? `\0${id}` : undefined),
  load: (id) => recipes[id.slice(1)],
}

export default defineConfig({ plugins: [fromDocs, reactRouter()] })
