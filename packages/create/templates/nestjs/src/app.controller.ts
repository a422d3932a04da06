import type { User } from '@cognito-auth/core'
import { AuthUser, Public, RequireGroups } from '@cognito-auth/nestjs'
import { Controller, Get } from '@nestjs/common'

@Controller()
export class AppController {
  @Get()
  hello(@AuthUser() user: User) {
    return { hello: user.name, groups: user.groups }
  }

  @Get('admin')
  @RequireGroups('admins') // any of them; 403 otherwise
  admin(@AuthUser('name') name: string) {
    return { admin: name }
  }

  @Get('health')
  @Public() // for the load balancer's health checks
  health() {
    return { ok: true }
  }
}
