/** Says that `dist/cjs` of a compat package, whose own type is `module`, holds CommonJS. Run in the package's folder. */
import { writeFileSync } from 'node:fs'

writeFileSync('dist/cjs/package.json', '{ "type": "commonjs" }\n')
