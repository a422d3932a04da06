import { packageConfig } from '../../tsdown.base.mjs'

// Named, so that the names of Next's modules stay as they are written: it replaces them by name in server bundles.
export default packageConfig({ index: 'src/index.ts', edge: 'src/edge.ts' }).map((config) => ({
  ...config,
  deps: { ...config.deps, neverBundle: [/^next\//] },
}))
