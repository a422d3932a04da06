/**
 * The templates: which there are, and the files of one.
 *
 * @module
 */

import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { domainPrefix, stackName } from './project-name.js'

/** Templates, with what a person chooses them by. */
export const TEMPLATES = {
  express: 'Express',
  nestjs: 'NestJS',
  koa: 'Koa',
  'react-router': 'React Router, as a framework',
  next: 'Next.js',
  streamlit: 'Streamlit, behind the gateway',
  fastapi: 'FastAPI, behind the gateway',
} as const

export type TemplateName = keyof typeof TEMPLATES

export function isTemplate(name: string): name is TemplateName {
  return Object.hasOwn(TEMPLATES, name)
}

/** Folders that a template is made of; a later one's file takes the place of an earlier one's. */
const LAYERS: Readonly<Record<TemplateName, readonly string[]>> = {
  express: ['all', 'node', 'express'],
  nestjs: ['all', 'node', 'nestjs'],
  koa: ['all', 'node', 'koa'],
  'react-router': ['all', 'node', 'react-router'],
  next: ['all', 'node', 'next'],
  streamlit: ['all', 'python', 'streamlit'],
  fastapi: ['all', 'python', 'fastapi'],
}

/** What to write. */
export interface Project {
  readonly name: string
  readonly template: TemplateName
  /** With `infra/`. */
  readonly infra: boolean
}

/** In both the sources and the build, one folder up. */
const FOLDER = fileURLToPath(new URL('../templates/', import.meta.url))

/** npm leaves out, or renames, files that begin with a dot: here they begin with an underscore. */
function pathOf(file: string): string {
  return file
    .split(/[\\/]/)
    .map((part) => part.replace(/^_/, '.'))
    .join('/')
}

/** The templates are an app called `my-app`, as the documentation shows it. */
function rendered(source: string, { name }: Project, version: string): string {
  return source
    .replaceAll('domainPrefix: `my-app-', `domainPrefix: \`${domainPrefix(name)}-`)
    .replaceAll('MyApp', stackName(name))
    .replaceAll('my-app', name)
    .replaceAll(/("@cognito-auth\/[\w-]+": )"\*"/g, `$1"^${version}"`)
}

function filesOf(layer: string): string[] {
  return readdirSync(`${FOLDER}${layer}`, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(`${FOLDER}${layer}/`.length))
}

/** Files of an app, by their paths with `/`, in the order of paths. */
export function projectFiles(project: Project, version: string): ReadonlyMap<string, string> {
  const own = LAYERS[project.template]
  const infra = own.includes('python') ? ['infra', 'infra-python'] : ['infra']
  const layers = [...own, ...(project.infra ? infra : [])]
  const files = layers.flatMap((layer) =>
    filesOf(layer).map((file) => [pathOf(file), readFileSync(`${FOLDER}${layer}/${file}`, 'utf8')] as const),
  )
  const sorted = [...new Map(files)].sort(([one], [other]) => (one < other ? -1 : 1))
  return new Map(sorted.map(([path, source]) => [path, rendered(source, project, version)]))
}
