import { cognitoAuth, getUser } from '@cognito-auth/fastify'
import type { FastifyInstance, RouteHandlerMethod } from 'fastify'
declare const app: FastifyInstance
declare const handler: RouteHandlerMethod
