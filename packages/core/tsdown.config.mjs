import { browserConfig, packageConfig } from '../../tsdown.base.mjs'

export default [
  ...packageConfig({ index: 'src/index.ts', adapter: 'src/adapter/index.ts', inspect: 'src/inspect.ts' }),
  ...browserConfig({ browser: 'src/browser.ts' }),
]
