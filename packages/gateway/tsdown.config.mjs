import { packageConfig } from '../../tsdown.base.mjs'

export default packageConfig({ index: 'src/index.ts', cli: 'src/cli/cli.ts' }, { programs: ['cli'] })
