/**
 * Findings as SARIF, for code scanning.
 *
 * @see {@link https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html SARIF 2.1.0}
 * @module
 */

import { isAbsolute } from 'node:path'
import { pathToFileURL } from 'node:url'
import { version } from '../version.js'
import type { LocatedFinding } from './audit.js'
import { readJson } from './json-file.js'
import { RULES } from './rules.js'

/** A relative reference (RFC 3986), which code scanning takes as a path of the repository; absolute paths stay so. */
function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href
  return file.split(/[\\/]/).map(encodeURIComponent).join('/')
}

/** The line where the resource is written in a template; the first of the file where there is none, as in plans. */
function lineOf({ file, resource }: LocatedFinding): number {
  const key = JSON.stringify(resource.slice(resource.lastIndexOf('/') + 1))
  const lines = readJson(file).source.split('\n')
  const index = lines.findIndex((line) => line.trimStart().startsWith(`${key}:`) || line.includes(`"address": ${key}`))
  return Math.max(index, 0) + 1
}

function resultOf(finding: LocatedFinding): object {
  const { rule, resource, why, fix, file } = finding
  return {
    ruleId: rule,
    ruleIndex: RULES.findIndex(({ name }) => name === rule),
    level: RULES.find(({ name }) => name === rule)?.severity,
    message: { text: `${resource}: ${why}. ${fix}.` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uriOf(file) }, region: { startLine: lineOf(finding) } },
        logicalLocations: [{ name: resource, kind: 'resource' }],
      },
    ],
    partialFingerprints: { 'cognitoAuthAudit/v1': `${rule}:${resource}` },
  }
}

/** A log with one run. */
export function sarif(findings: readonly LocatedFinding[], unchecked: number): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: '@cognito-auth/cli audit',
            version: version(),
            rules: RULES.map(({ name, summary, severity, url, fix }) => ({
              id: name,
              shortDescription: { text: `${summary}.` },
              help: { text: `CloudFormation and CDK: ${fix.cloudformation}. Terraform: ${fix.terraform}.` },
              helpUri: url,
              defaultConfiguration: { level: severity },
            })),
          },
        },
        results: findings.map(resultOf),
        properties: { unchecked },
      },
    ],
  }
}
