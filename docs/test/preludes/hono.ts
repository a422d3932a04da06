import { cognitoAuth, getUser } from '@cognito-auth/hono'
import type { Handler, Hono } from 'hono'
declare const app: Hono
declare const handler: Handler
