import { browserConfig, packageConfig } from '../../tsdown.base.mjs'

export default [
  ...packageConfig(
    { index: 'src/index.ts', adapter: 'src/adapter/index.ts', inspect: 'src/inspect.ts' },
    // An app's `setGlobalConfig()` must not reach it, and what is used of it is a hundredth of what would be installed and loaded.
    { copied: [/^valibot$/] },
  ),
  ...browserConfig({ browser: 'src/browser.ts' }),
]
