import 'reflect-metadata'
import { ModulesContainer } from '@nestjs/core'
import { expect, test } from 'vitest'
import { checkAtStart, StartUpCheck } from './start-up-check.js'

const filtersOf = (type: object): unknown => Reflect.getMetadata('__exceptionFilters__', type) as unknown

test('it is named on a class once, before the filters that are there', () => {
  class Cats {
    one(): void {}
  }
  class Dogs {
    one(): void {}
  }
  Reflect.defineMetadata('__exceptionFilters__', ['own'], Cats)
  for (let round = 0; round < 2; round += 1) checkAtStart(Cats.prototype)
  expect(filtersOf(Cats)).toEqual([StartUpCheck, 'own'])
  checkAtStart(Dogs.prototype)
  expect(filtersOf(Dogs)).toEqual([StartUpCheck])
})

test('what has no constructor has no class to name it on', () => {
  expect(() => checkAtStart(Object.create(null) as object)).not.toThrow()
})

test('it catches nothing, and passes on what it is given', () => {
  const caught = Reflect.getMetadata('__filterCatchExceptions__', StartUpCheck) as (new () => unknown)[]
  const thrown = new Error('of the app')
  expect(caught).toHaveLength(1)
  for (const one of [thrown, undefined, 'text']) expect(caught.some((type) => one instanceof type)).toBe(false)
  expect(() => new StartUpCheck(new ModulesContainer()).catch(thrown)).toThrow(thrown)
})
