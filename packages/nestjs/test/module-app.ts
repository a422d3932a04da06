/** Apps with the module, which trust one load balancer for all of a file. */

import { createTestAlb, type TestAlb } from '@cognito-auth/testing'
import { type DynamicModule, Module } from '@nestjs/common'
import { beforeAll } from 'vitest'
import { CognitoAuthModule } from '../src/index.js'
import { authoriser } from './apps.js'

export let alb: TestAlb

/** Sets up what {@link appOf} needs; to be called once, outside of tests. */
export function useModuleApps(): void {
  beforeAll(async () => {
    alb = await createTestAlb()
  })
}

@Module({})
export class AppModule {}

/** @param parts What the app has, and whether the guard is for all of it. */
export function appOf({ global = false, imports = [], ...parts }: Partial<DynamicModule>): DynamicModule {
  const auth = CognitoAuthModule.forRoot({ ...alb.options, authoriser, global })
  return { module: AppModule, ...parts, imports: [auth, ...imports] }
}
