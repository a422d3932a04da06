/** A gateway and an app for each test, which are stopped after it, and one load balancer for all of a file. */
import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { afterAll, afterEach, beforeAll } from 'vitest'
import type { GatewayOptions } from '../src/index.js'
import { ADA, type Stage, startApp, startRawApp, startStage, type TestApp } from './stage.js'

export let alb: TestAlb
/** Of {@link ADA}. */
export let tokens: Record<string, string>
const apps: TestApp[] = []
const stages: Stage[] = []
const closers: (() => void)[] = []

/** Sets up what the other functions need; to be called once, outside of tests. */
export function useFreshStages(): void {
  beforeAll(async () => {
    alb = await createTestAlb()
    tokens = { ...(await alb.headersFor(ADA)) }
  })
  afterEach(async () => {
    for (const { gateway } of stages.splice(0)) await gateway.stop()
    for (const app of apps.splice(0)) await app.close()
  })
  afterAll(() => {
    for (const close of closers) close()
  })
}

export async function appOf(...args: Parameters<typeof startApp>): Promise<TestApp> {
  const app = await startApp(...args)
  apps.push(app)
  return app
}

export async function stageOf(options: GatewayOptions): Promise<Stage> {
  const stage = await startStage(options, alb)
  stages.push(stage)
  return stage
}

export async function rawApp(onRequest: Parameters<typeof startRawApp>[0]): Promise<string> {
  return await startRawApp(onRequest, closers)
}
