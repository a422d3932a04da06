import type { Express, RequestHandler } from 'express'
import { cognitoAuth, getUser } from '@cognito-auth/express'
declare const app: Express
declare const handler: RequestHandler
