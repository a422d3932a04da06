/**
 * What the module brings, for an app that has none: answers with redirects and pages, and signing out.
 *
 * @module
 */

import type { AnswerOptions } from '@cognito-auth/core/adapter'
import type { ExternalContextCreator, HttpAdapterHost, ModulesContainer } from '@nestjs/core'
import { contextsOf } from '../discovery/global-guard.js'
import { environmentAuth } from '../requests.js'
import { ProblemFilter } from '../transports/problem-filter.js'
import { createFront } from './front.js'
import { type Check, runFirst } from './platforms.js'

/** Apps whose guards, of which Nest makes one in each module, have been here. */
const known = new WeakSet<ModulesContainer>()

/** The options of the environment when they are needed; none while they are wrong, which the refusal itself says. */
function optionsOf(modules: ModulesContainer): AnswerOptions {
  const read = (): AnswerOptions => {
    try {
      return environmentAuth(modules)
    } catch {
      return {}
    }
  }
  return {
    get redirectUrl() {
      return read().redirectUrl
    },
    get errorPage() {
      return read().errorPage
    },
    get signOutPath() {
      return read().signOutPath
    },
    get localAlb() {
      return read().localAlb
    },
  }
}

/** Signs out at the path that pages link to. While the environment is wrong, the guard says so. */
function createSignOut(modules: ModulesContainer): Check {
  let front: Check | undefined
  return (call) => {
    try {
      front ??= createFront(environmentAuth(modules), modules, { everything: false })
    } catch {
      return true
    }
    return front(call)
  }
}

/** Called while Nest makes the app: filters that the app itself uses come later, and win. */
export function answerWithoutModule(modules: ModulesContainer, creator: ExternalContextCreator): void {
  if (known.has(modules)) return
  known.add(modules)
  const { config, container } = contextsOf(creator)
  config?.addGlobalFilter(new ProblemFilter(optionsOf(modules), modules))
  const host = container?.getHttpAdapterHostRef() as HttpAdapterHost | undefined
  if (host !== undefined && process.env['COGNITO_AUTH_SIGN_OUT_PATH']) runFirst(host, createSignOut(modules), false)
}
