import { cognitoAuth, getUser } from '@cognito-auth/koa'
import type Koa from 'koa'
import type KoaRouter from '@koa/router'
declare const app: Koa
declare const router: KoaRouter
declare const handler: Koa.Middleware
